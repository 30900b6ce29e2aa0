"""How long somebody waits after a click on the map. Run by QGIS's Python: ``make bench-qgis``.

The yardstick is the engine's own time for the same window: what lies above it is the plugin's.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from qgis.core import QgsApplication, QgsPointXY, QgsProject, QgsRasterLayer
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtTest import QTest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from qgis_plugin.click_tool import ReviewSession
from qgis_plugin.engine_client.client import Engine
from qgis_plugin.engine_client.requests import ExtractRoads

_CLICKS = 7
_WINDOW_M = 512.0


def _wait(condition: Callable[[], bool]) -> float:
    """Let QGIS work until a condition holds; return the seconds."""
    start = perf_counter()
    while not condition():
        QTest.qWait(1)
    return perf_counter() - start


class _Gaps:
    """The longest time that QGIS was deaf."""

    def __init__(self) -> None:
        self.longest_s, self._last_s = 0.0, perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(5)

    def _beat(self) -> None:
        now_s = perf_counter()
        self.longest_s, self._last_s = max(self.longest_s, now_s - self._last_s), now_s


def _click(session: ReviewSession, place: QgsPointXY) -> float:
    session.clear()
    session.click(place, session.raster.crs())
    return _wait(lambda: not session.busy and bool(session.offers.shown()))


def _asked_directly(engine: Engine, raster: QgsRasterLayer, place: QgsPointXY, folder: str) -> float:
    half_m = _WINDOW_M / 2
    sides = (place.x() - half_m, place.y() - half_m, place.x() + half_m, place.y() + half_m)
    extent = ",".join([*map(str, sides), raster.crs().authid()])
    start = perf_counter()
    engine.request(ExtractRoads(raster.source(), f"{folder}/roads.gpkg", extent=extent)).result()
    return perf_counter() - start


def main(path: str) -> None:
    """Measure clicks on a raster, and print what they cost."""
    application = QgsApplication([], True)  # noqa: FBT003 - Qt takes no keywords
    application.initQgis()
    raster = QgsRasterLayer(str(Path(path).resolve()), "town")
    QgsProject.instance().addMapLayer(raster)
    canvas = QgsMapCanvas()
    canvas.setDestinationCrs(raster.crs())
    canvas.setExtent(raster.extent())
    engine = Engine(lambda: Path(os.environ["PLUMBLINE_PYTHON"]))
    session = ReviewSession(lambda: engine, canvas)
    session.set_raster(raster)
    place = raster.extent().center()
    cold_s = _click(session, place)
    gaps = _Gaps()
    warm_s = [_click(session, place) for _ in range(_CLICKS)]
    with tempfile.TemporaryDirectory() as folder:
        engine_s = [_asked_directly(engine, raster, place, folder) for _ in range(_CLICKS)]
    print(f"window of {_WINDOW_M:g} m: engine alone {median(engine_s):.2f} s")
    print(f"click, warm        {median(warm_s):.2f} s, {median(warm_s) / median(engine_s):.2f} × the engine")
    print(f"click, engine cold {cold_s:.2f} s, {cold_s / median(engine_s):.1f} ×")
    print(f"QGIS deaf at most  {1000 * gaps.longest_s:.0f} ms")
    session.close()
    engine.close()


if __name__ == "__main__":
    main(sys.argv[1])
