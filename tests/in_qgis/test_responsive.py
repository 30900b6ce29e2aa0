"""QGIS stays usable while the engine works on a large raster, and the engine stays small."""

import os
import sys
import time
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, QTimer

from qgis_plugin.provider import PlumblineProvider
from qgis_plugin.shared_engine import close_engine

SIDE_PX = 10_000
TICK_MS = 10


@pytest.fixture
def large(scene, tmp_path):
    """A raster of 10 000 × 10 000 px, with a town at three places and nothing between."""
    town = gdal.Open(str(scene / "rgb.tif"))
    options = ["TILED=YES", "COMPRESS=DEFLATE", "SPARSE_OK=TRUE", "BIGTIFF=YES"]
    path = tmp_path / "large.tif"
    large = gdal.GetDriverByName("GTiff").Create(str(path), SIDE_PX, SIDE_PX, 3, gdal.GDT_Byte, options)
    large.SetProjection(town.GetProjection())
    large.SetGeoTransform(town.GetGeoTransform())
    pixels = town.ReadRaster()
    width, height = town.RasterXSize, town.RasterYSize
    for number in (1, 2, 3):
        large.GetRasterBand(number).SetNoDataValue(0)
    for corner in (0, SIDE_PX // 2, SIDE_PX - width):
        large.WriteRaster(corner, corner, width, height, pixels)
    return path


@pytest.fixture
def provider(qgis):
    provider = PlumblineProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    yield provider
    QgsApplication.processingRegistry().removeProvider(provider)
    close_engine()


class Gaps:
    """How long the event loop did not come to a timer that is due every 10 ms."""

    def __init__(self):
        self.longest_ms = 0.0
        self._last_s = time.perf_counter()
        self._timer = QTimer()
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self):
        now_s = time.perf_counter()
        self.longest_ms = max(self.longest_ms, 1000 * (now_s - self._last_s) - TICK_MS)
        self._last_s = now_s

    def stop(self):
        self._timer.stop()


def engine_peak_bytes():
    """Return the most memory that a child of this process has held so far."""
    peaks = [0]
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            facts = dict(line.split(":", 1) for line in status.read_text().splitlines())
        except OSError:  # it ended meanwhile
            continue
        if int(facts["PPid"]) == os.getpid() and "VmHWM" in facts:
            peaks.append(1024 * int(facts["VmHWM"].split()[0]))
    return max(peaks)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_large_raster_blocks_neither_qgis_nor_memory(provider, large, tmp_path, capsys):
    layer = QgsRasterLayer(str(large), "large")
    QgsProject.instance().addMapLayer(layer)
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("plumbline:extractroads")
    output = str(tmp_path / "roads.gpkg")
    task = QgsProcessingAlgRunnerTask(algorithm, {"INPUT": layer.id(), "OUTPUT": output}, context, feedback)
    ended = []
    task.executed.connect(lambda successful, results: ended.append((successful, results)))
    gaps, begun_s = Gaps(), time.perf_counter()
    QgsApplication.taskManager().addTask(task)
    while not ended:
        QCoreApplication.processEvents()
        time.sleep(0.001)
    gaps.stop()
    peak_bytes = engine_peak_bytes()
    ((successful, results),) = ended
    assert successful, feedback.textLog()
    seconds, memory = time.perf_counter() - begun_s, peak_bytes / 1e9
    with capsys.disabled():
        print(f"\n{seconds:.0f} s; longest gap {gaps.longest_ms:.0f} ms; peak {memory:.2f} GB")  # noqa: T201
    assert QgsVectorLayer(results["OUTPUT"], "roads", "ogr").featureCount() > 0
    assert 0.1e9 < peak_bytes < 3e9
    # On a busy machine of two cores the system itself takes the processor away for longer than 100 ms.
    assert gaps.longest_ms < 1000
