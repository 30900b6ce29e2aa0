"""Layers of map servers: what is rendered of them, on a server of the test's own."""

import math
import os
import subprocess
import threading
import time

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeedback,
    QgsGeometry,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication

from qgis_plugin.input_raster import InputCancelled, InputError, raster_request
from tests.in_qgis.conftest import ROOT
from tests.in_qgis.tile_server import TileServer

UTM = QgsCoordinateReferenceSystem("EPSG:32633")
LATITUDE_RAD = math.radians(48.752)


@pytest.fixture
def server(qgis, scene):
    served = TileServer(scene / "rgb.tif")
    yield served
    served.close()


@pytest.fixture
def web(server):
    layer = QgsRasterLayer(server.xyz, "Web", "wms")
    assert layer.isValid()
    return layer


@pytest.fixture
def place(scene):
    """Where the scene lies, shrunk so that interpolation at its edge plays no part."""
    layer = QgsRasterLayer(str(scene / "rgb.tif"), "file")
    place = layer.extent()
    place.grow(-4.0)
    return place


def in_worker(act, timeout_s=240):
    """Run in another thread, as Processing does, while the main thread lives on."""
    results = []

    def run():
        try:
            results.append(act())
        except BaseException as error:  # noqa: BLE001 - raised below
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    end = time.monotonic() + timeout_s
    while thread.is_alive() and time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.005)
    assert results, "the thread does not end"
    if isinstance(results[0], BaseException):
        raise results[0]
    return results[0]


def render(layer, folder, feedback=None, **options):
    request = raster_request(layer, **options)
    assert request.renders
    return in_worker(lambda: request.render(folder, feedback or QgsFeedback()))


def pixels(path, like=None):
    """Read (4, H, W); on the grid of another raster if it is given."""
    if like is None:
        return gdal.Open(str(path)).ReadAsArray().astype(float)
    grid = gdal.Open(str(like))
    left, width, _, top, _, height = grid.GetGeoTransform()
    bounds = (left, top + height * grid.RasterYSize, left + width * grid.RasterXSize, top)
    size = {"width": grid.RasterXSize, "height": grid.RasterYSize}
    warped = gdal.Warp(
        "",
        str(path),
        format="MEM",
        outputBounds=bounds,
        dstSRS=grid.GetProjection(),
        dstAlpha=True,
        resampleAlg="bilinear",
        **size,
    )
    return warped.ReadAsArray().astype(float)


def mean_error(first, second):
    both = (first[3] > 0) & (second[3] > 0)
    assert both.mean() > 0.9
    return np.abs(first[:3] - second[:3])[:, both].mean()


def shift_px(image, truth):
    """Find by how far an image lies from its truth, (row, col), within a fraction of a pixel."""
    grey = [each[:3].mean(axis=0) - each[:3].mean() for each in (image, truth)]
    across = np.fft.fft2(grey[0]) * np.conj(np.fft.fft2(grey[1]))
    peak = np.fft.ifft2(across / np.maximum(np.abs(across), 1e-9)).real
    row, col = np.unravel_index(peak.argmax(), peak.shape)
    found = []
    for axis, at in ((0, row), (1, col)):
        line = np.take(peak, (col, row)[axis], axis=1 - axis)
        low, mid, high = line[at - 1], line[at], line[(at + 1) % len(line)]
        whole = at - len(line) if at > len(line) / 2 else at
        found.append(whole + (high - low) / (abs(low) + abs(mid) + abs(high)) / 2)
    return found


@pytest.mark.parametrize("m_per_px", [0.3, 0.5, 0.9])
def test_the_rendered_layer_is_the_served_raster(web, scene, place, tmp_path, m_per_px):
    raster = render(web, tmp_path, extent=place, extent_crs=UTM, m_per_px=m_per_px)
    assert raster.temporary
    assert raster.bands is None
    assert raster.extent is None
    rendered = pixels(raster.path)
    truth = pixels(scene / "rgb.tif", like=raster.path)
    assert rendered.shape[0] == 4
    # Tiles were cut at the same places, so that only their own interpolation stands between.
    assert mean_error(rendered, truth) < 1.0
    assert np.abs(shift_px(rendered, truth)).max() < 0.1
    raster.remove()
    assert list(tmp_path.iterdir()) == []


def test_pixels_are_as_large_on_the_ground_as_asked(web, place, tmp_path):
    """The server's own levels are 0.197, 0.394 and 0.787 m here; as fine as asked, or a quarter coarser."""
    for asked, expected in [(0.3, 0.197), (0.33, 0.394), (0.5, 0.394), (0.7, 0.787), (0.05, 0.197)]:
        request = raster_request(web, extent=place, extent_crs=UTM, m_per_px=asked)
        true_m = request.source.grid.pixel_width * math.cos(LATITUDE_RAD)
        assert true_m == pytest.approx(expected, rel=0.01)


def test_a_server_without_levels_gives_what_is_asked(server, scene, place, tmp_path):
    for crs in ("EPSG:3857", "EPSG:4326"):
        layer = QgsRasterLayer(server.wms(crs), "WMS", "wms")
        assert layer.isValid()
        raster = render(layer, tmp_path, extent=place, extent_crs=UTM, m_per_px=0.5)
        file = gdal.Open(raster.path)
        assert QgsCoordinateReferenceSystem(file.GetProjection()) == layer.crs()
        # The same ground, at the same size: as many pixels as in the file, but for the systems' angle.
        assert file.RasterXSize == pytest.approx(place.width() / 0.5, rel=0.02)
        assert file.RasterYSize == pytest.approx(place.height() / 0.5, rel=0.02)
        rendered, truth = pixels(raster.path), pixels(scene / "rgb.tif", like=raster.path)
        assert mean_error(rendered, truth) < 1.0
        assert np.abs(shift_px(rendered, truth)).max() < 0.1


def test_where_the_layer_has_no_image_nothing_is_valid(web, scene, tmp_path):
    extent = QgsRasterLayer(str(scene / "rgb.tif"), "file").extent()
    extent.grow(60.0)
    raster = render(web, tmp_path, extent=extent, extent_crs=UTM, m_per_px=0.5)
    rendered = pixels(raster.path)
    truth = pixels(scene / "rgb.tif", like=raster.path)
    valid, expected = rendered[3] > 0, truth[3] > 0
    assert 0.2 < expected.mean() < 0.6
    assert (valid == expected).mean() > 0.99


def test_the_whole_of_a_web_layer_is_refused(web, place):
    with pytest.raises(InputError, match=r"'Web' .*EXTENT.*RESOLUTION"):
        raster_request(web)
    with pytest.raises(InputError, match="EXTENT"):
        raster_request(web, m_per_px=0.5)
    with pytest.raises(InputError, match="RESOLUTION"):
        raster_request(web, extent=place, extent_crs=UTM)


def test_the_limit_says_what_was_asked_and_what_to_change(web, place):
    with pytest.raises(InputError) as refusal:
        raster_request(web, extent=place, extent_crs=UTM, m_per_px=0.5, most_pixels=100_000)
    grid = raster_request(web, extent=place, extent_crs=UTM, m_per_px=0.5).source.grid
    for part in (f"{grid.pixels:,}", "100,000", "EXTENT", "RESOLUTION", "MAX_PIXELS"):
        assert part in str(refusal.value)


def test_an_extent_beyond_the_layer_is_refused(web):
    beyond = QgsRectangle(3e7, 0, 3.1e7, 1e6)
    with pytest.raises(InputError, match="outside the layer 'Web'"):
        raster_request(web, extent=beyond, m_per_px=100.0)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((403, "text/plain", b"no"), "HTTP 403"),
        ((500, "text/plain", b"no"), "HTTP 500"),
        ((429, "text/plain", b"no"), "HTTP 429"),
        ((200, "text/html", b"<html>Log in</html>"), "not an image"),
    ],
)
def test_a_refused_tile_is_named(server, web, place, tmp_path, answer, reason):
    refused = []

    def say(path):
        if path.startswith("/18/") and int(path.split("/")[2]) % 2:
            refused.append(path)
            return answer
        return None

    server.answer = say
    with pytest.raises(InputError, match=reason) as refusal:
        render(web, tmp_path, extent=place, extent_crs=UTM, m_per_px=0.5)
    assert any(server.url + path in str(refusal.value) for path in refused)
    assert "?" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_a_tile_that_fails_once_is_asked_for_again(server, web, scene, place, tmp_path):
    seen = set()

    def say(path):
        first = path not in seen
        seen.add(path)
        return (503, "text/plain", b"busy") if first else None

    server.answer = say
    raster = render(web, tmp_path, extent=place, extent_crs=UTM, m_per_px=0.5)
    assert mean_error(pixels(raster.path), pixels(scene / "rgb.tif", like=raster.path)) < 1.0


def test_tiles_that_are_not_there_are_holes(server, web, place, tmp_path):
    """Servers answer 404 where they have no image: on the sea, beyond the border."""
    server.answer = lambda path: (404, "text/plain", b"") if int(path.split("/")[2]) % 2 else None
    raster = render(web, tmp_path, extent=place, extent_crs=UTM, m_per_px=0.5)
    valid = pixels(raster.path)[3] > 0
    assert 0.2 < valid.mean() < 0.8


def test_a_layer_without_any_image_there_is_an_error(server, web, place, tmp_path):
    server.answer = lambda _path: (404, "text/plain", b"")
    with pytest.raises(InputError, match="no image"):
        render(web, tmp_path, extent=place, extent_crs=UTM, m_per_px=0.5)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_gone_is_an_error(server, web, place, tmp_path):
    server.close()
    with pytest.raises(InputError, match="'Web' could not be fetched"):
        render(web, tmp_path, extent=place, extent_crs=UTM, m_per_px=0.5)


def test_cancel_while_a_tile_is_awaited(server, web, place, tmp_path):
    server.delay_s = 30.0
    feedback = QgsFeedback()
    request = raster_request(web, extent=place, extent_crs=UTM, m_per_px=0.5)
    cancelled = []

    def cancel_when_asked():
        while not server.asked:
            time.sleep(0.01)
        cancelled.append(time.monotonic())
        feedback.cancel()

    threading.Thread(target=cancel_when_asked).start()
    with pytest.raises(InputCancelled):
        in_worker(lambda: request.render(tmp_path, feedback))
    assert time.monotonic() - cancelled[0] < 2.0
    assert list(tmp_path.iterdir()) == []


def test_cancel_between_tiles_and_progress(server, web, scene, tmp_path):
    extent = QgsRasterLayer(str(scene / "rgb.tif"), "file").extent()
    extent.grow(200.0)
    feedback, told = QgsProcessingFeedback(), []

    def note(percent):
        told.append(percent)
        if len(told) == 3:
            feedback.cancel()

    feedback.progressChanged.connect(note)
    request = raster_request(web, extent=extent, extent_crs=UTM, m_per_px=0.5)
    assert request.source.grid.tile_count > 8
    with pytest.raises(InputCancelled):
        request.render(tmp_path, feedback)  # on the main thread, as qgis_process works
    assert len(told) == 3
    assert told == sorted(told)
    assert list(tmp_path.iterdir()) == []


def extract(raster, output):
    command = [
        os.environ["PLUMBLINE_PYTHON"],
        "-I",
        str(ROOT / "qgis_plugin/engine_client/launch.py"),
        str(ROOT),
    ]
    subprocess.run([*command, "roads", str(raster), str(output)], check=True, capture_output=True)
    layer = QgsVectorLayer(f"{output}|layername=roads", "roads", "ogr")
    to_metres = QgsCoordinateTransform(layer.crs(), UTM, QgsProject.instance())
    lines = [feature.geometry() for feature in layer.getFeatures()]
    for line in lines:
        line.transform(to_metres)
    return QgsGeometry.unaryUnion(lines)


def test_roads_of_the_layer_are_those_of_the_file(web, scene, place, tmp_path, record_property):
    """Within two pixels of the network, both ways."""
    raster = render(web, tmp_path, extent=place, extent_crs=UTM, m_per_px=0.5)
    from_layer = extract(raster.path, tmp_path / "layer.gpkg")
    cut = tmp_path / "file.tif"
    corners = [place.xMinimum(), place.yMaximum(), place.xMaximum(), place.yMinimum()]
    gdal.Translate(str(cut), str(scene / "rgb.tif"), projWin=corners)
    from_file = extract(cut, tmp_path / "file.gpkg")
    shares = []
    for one, other in [(from_layer, from_file), (from_file, from_layer)]:
        near = one.intersection(other.buffer(2.0, 8))
        shares.append(near.length() / one.length())
    assert from_file.length() > 500
    assert min(shares) > 0.9, shares
