"""Algorithms as the toolbox, the batch dialog and the model designer run them: one warm engine for all."""

import os
import shutil
import signal
import threading
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterRasterLayer,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QEventLoop, QTimer

from qgis_plugin.engine_client.requests import Hello
from qgis_plugin.shared_engine import close_engine, shared_engine

LONGEST_MS = 300_000


@pytest.fixture(scope="module")
def image(scene):
    return str(scene / "rgb.tif")


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """An image of 10 000 × 10 000 px, of which the network needs minutes; it takes no room on disk."""
    path = str(tmp_path_factory.mktemp("large") / "large.tif")
    options = ["TILED=YES", "COMPRESS=DEFLATE", "SPARSE_OK=TRUE"]
    raster = gdal.GetDriverByName("GTiff").Create(path, 10_000, 10_000, 3, options=options)
    raster.SetGeoTransform((500000, 0.5, 0, 5400000, 0, -0.5))
    raster.SetProjection(QgsCoordinateReferenceSystem("EPSG:32633").toWkt())
    for band in (1, 2, 3):
        raster.GetRasterBand(band).Fill(90 + band)
    raster.FlushCache()
    return path


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


class Background:
    """An algorithm in a task, as the toolbox starts it, with the event loop going on."""

    def __init__(self, name, parameters):
        self.context = QgsProcessingContext()
        self.context.setProject(QgsProject.instance())
        self.feedback = QgsProcessingFeedback()
        self.ticks = 0
        self.ok = self.results = None
        self.algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"plumbline:{name}")
        self._task = QgsProcessingAlgRunnerTask(self.algorithm, parameters, self.context, self.feedback)
        self._task.executed.connect(self._end)
        self._loop = QEventLoop()

    def _end(self, ok, results):
        self.ok, self.results = ok, results
        self._loop.quit()

    def run(self, *, on_tick=None):
        QgsApplication.taskManager().addTask(self._task)
        timer = QTimer()
        timer.timeout.connect(lambda: self._tick(on_tick))
        timer.start(10)
        QTimer.singleShot(LONGEST_MS, self._loop.quit)
        self._loop.exec()
        timer.stop()
        return self

    def _tick(self, on_tick):
        self.ticks += 1
        if on_tick:
            on_tick(self)


def test_a_background_task_leaves_the_event_loop_free(run, image, tmp_path):
    done = Background("extractroads", {"INPUT": image, "OUTPUT": str(tmp_path / "roads.gpkg")}).run()
    assert done.ok, done.feedback.textLog()
    assert done.results["SEGMENTS"] > 0
    assert done.ticks > 20
    assert done.feedback.progress() == 100


def test_results_that_qgis_loads_have_their_names_and_styles(run, image, tmp_path):
    from processing.gui.Postprocessing import handleAlgorithmResults  # noqa: PLC0415

    files = {"extractroads": str(tmp_path / "r.gpkg"), "estimateheights": str(tmp_path / "h.tif")}
    loaded = {}
    for name, file in files.items():
        asked = QgsProcessingOutputLayerDefinition(file, QgsProject.instance())
        done = Background(name, {"INPUT": image, "OUTPUT": asked}).run()
        assert done.ok, done.feedback.textLog()
        assert done.results["OUTPUT"] in done.context.layersToLoadOnCompletion()
        assert handleAlgorithmResults(done.algorithm, done.context, done.feedback)
        loaded |= {layer.name(): layer for layer in QgsProject.instance().mapLayers().values()}
    assert loaded["Roads"].featureCount() > 0
    assert loaded["Roads"].renderer().type() != "singleSymbol"
    assert loaded["Heights"].renderer().type() != "singlebandgray"


def test_a_failed_engine_is_a_failed_task(run, tmp_path):
    raster = gdal.GetDriverByName("GTiff").Create(str(tmp_path / "nowhere.tif"), 64, 64, 3)
    raster.FlushCache()
    parameters = {"INPUT": str(tmp_path / "nowhere.tif"), "OUTPUT": str(tmp_path / "roads.gpkg")}
    done = Background("extractroads", parameters).run()
    assert done.ok is False
    assert "nowhere.tif" in done.feedback.textLog()
    assert "Traceback" not in done.feedback.textLog()
    assert names_in(tmp_path) == ["nowhere.tif"]


def test_a_batch_of_three_starts_one_engine(run, image, tmp_path):
    close_engine()
    before = shared_engine().starts
    for number in range(3):
        row = {"INPUT": image, "OUTPUT": str(tmp_path / f"{number}.gpkg")}
        assert Background("extractroads", row).run().ok
    assert shared_engine().starts == before + 1
    assert len(list(tmp_path.glob("*.gpkg"))) == 3


def test_several_images_in_one_run(run, image, tmp_path):
    same = tmp_path / "RGB.tif"
    same.write_bytes(Path(image).read_bytes())
    folder = tmp_path / "results"
    parameters = {"MORE_INPUTS": [image, str(same)], "MORE_FOLDER": str(folder)}
    found = run("extractroads", INPUT=image, OUTPUT=str(tmp_path / "first.gpkg"), **parameters)
    names = ["rgb_roads.gpkg", "RGB_2_roads.gpkg"]
    assert found["MORE_OUTPUTS"] == [f"{folder / name}|layername=roads" for name in names]
    assert names_in(folder) == sorted(names)
    assert found["MORE_FOLDER"] == str(folder)
    counts = {QgsVectorLayer(path, "", "ogr").featureCount() for path in found["MORE_OUTPUTS"]}
    assert counts == {found["SEGMENTS"]}


def test_further_results_spare_the_first_one(run, image, tmp_path):
    first = tmp_path / "rgb_roads.gpkg"
    more = {"MORE_INPUTS": [image], "MORE_FOLDER": str(tmp_path)}
    found = run("extractroads", INPUT=image, OUTPUT=str(first), **more)
    assert found["OUTPUT"] == f"{first}|layername=roads"
    assert found["MORE_OUTPUTS"] == [f"{tmp_path / 'rgb_2_roads.gpkg'}|layername=roads"]


def test_one_image_that_fails_keeps_no_other_from_its_result(run, image, tmp_path):
    raster = gdal.GetDriverByName("GTiff").Create(str(tmp_path / "nowhere.tif"), 64, 64, 3)
    raster.FlushCache()
    folder = tmp_path / "results"
    more = {"MORE_INPUTS": [str(tmp_path / "nowhere.tif"), image], "MORE_FOLDER": str(folder)}
    with pytest.raises(QgsProcessingException, match=r"1 of 3 images failed(?s:.)*nowhere\.tif"):
        run("extractroads", INPUT=image, OUTPUT=str(tmp_path / "first.gpkg"), **more)
    assert (tmp_path / "first.gpkg").is_file()
    assert names_in(folder) == ["rgb_roads.gpkg"]


def heights_then_rectified():
    """A model: heights of an image, and by them the image as seen from nadir."""
    model = QgsProcessingModelAlgorithm("true ortho", "tests")
    image = QgsProcessingModelParameter("image")
    model.addModelParameter(QgsProcessingParameterRasterLayer("image", "Image"), image)
    source = QgsProcessingModelChildParameterSource
    heights = QgsProcessingModelChildAlgorithm("plumbline:estimateheights")
    heights.setChildId("heights")
    heights.addParameterSources("INPUT", [source.fromModelParameter("image")])
    heights.addParameterSources("DEVICE", [source.fromStaticValue("cpu")])
    heights.addParameterSources("MAX_PIXELS", [source.fromStaticValue(1_000_000)])
    model.addChildAlgorithm(heights)
    rectify = QgsProcessingModelChildAlgorithm("plumbline:rectify")
    rectify.setChildId("rectify")
    rectify.addParameterSources("INPUT", [source.fromModelParameter("image")])
    rectify.addParameterSources("HEIGHTS", [source.fromChildOutput("heights", "OUTPUT")])
    rectify.addParameterSources("HEIGHTS_AT", [source.fromStaticValue("image")])
    # A number of one algorithm is a parameter of the next.
    rectify.addParameterSources("OFF_NADIR", [source.fromChildOutput("heights", "OFF_NADIR_FOUND")])
    output = QgsProcessingModelOutput("ortho", "Ortho")
    output.setChildId("rectify")
    output.setChildOutputName("OUTPUT")
    rectify.setModelOutputs({"ortho": output})
    model.addChildAlgorithm(rectify)
    return model


def test_a_model_chains_rectify_after_heights(run, image, tmp_path):
    import processing  # noqa: PLC0415 - found only with the application

    model = heights_then_rectified()
    valid, errors = model.validate()
    assert valid, errors
    ortho = str(tmp_path / "ortho.tif")
    (wanted,) = [each.name() for each in model.destinationParameterDefinitions()]
    assert processing.run(model, {"image": image, wanted: ortho})[wanted] == ortho
    assert gdal.Open(ortho).RasterCount == 3
    again = QgsProcessingModelAlgorithm()
    assert model.toFile(str(tmp_path / "m.model3"))
    assert again.fromFile(str(tmp_path / "m.model3"))
    assert again.childAlgorithm("heights").parameterSources()["DEVICE"][0].staticValue() == "cpu"


def test_stopping_in_the_middle_leaves_nothing_behind(run, large, tmp_path):
    def stop(background):
        if background.feedback.progress() > 0:
            background.feedback.cancel()

    task = Background("extractroads", {"INPUT": large, "OUTPUT": str(tmp_path / "roads.gpkg")})
    task.run(on_tick=stop)
    assert task.ok is False
    assert task.feedback.textLog().strip().endswith("Nothing unfinished was left behind.")
    assert "Traceback" not in task.feedback.textLog()
    assert names_in(tmp_path) == []


def test_stopping_on_the_main_thread_raises(run, large, tmp_path):
    """As under qgis_process, whose Ctrl-C is an event: nothing but the algorithm lets it in."""
    feedback = QgsProcessingFeedback()
    seen = []
    timer = QTimer()
    timer.timeout.connect(lambda: (seen.append(threading.current_thread()), feedback.cancel()))
    timer.setSingleShot(True)
    feedback.progressChanged.connect(lambda _: timer.start(10) if not timer.isActive() else None)
    with pytest.raises(QgsProcessingException, match="Stopped"):
        run("estimateheights", feedback=feedback, INPUT=large, OUTPUT=str(tmp_path / "heights.tif"))
    assert threading.main_thread() in seen
    assert names_in(tmp_path) == []


def test_after_a_stop_the_engine_works_on(run, image, large, tmp_path):
    feedback = QgsProcessingFeedback()
    feedback.progressChanged.connect(lambda _: feedback.cancel())
    with pytest.raises(QgsProcessingException):
        run("extractroads", feedback=feedback, INPUT=large, OUTPUT=str(tmp_path / "no.gpkg"))
    assert run("extractroads", INPUT=image, OUTPUT=str(tmp_path / "roads.gpkg"))["SEGMENTS"] > 0
    assert names_in(tmp_path) == ["roads.gpkg"]


def test_a_killed_engine_fails_the_run_with_a_reason_and_comes_back(run, image, large, tmp_path):
    said = []
    log = QgsApplication.messageLog()
    log.messageReceived.connect(lambda message, tag, level: said.append((message, tag, level)))
    pid = int(shared_engine().request(Hello("test")).result().facts["pid"])

    killed = []

    def kill(background):
        if background.feedback.progress() > 0 and not killed:
            killed.append(pid)
            os.kill(pid, signal.SIGKILL)

    task = Background("estimateheights", {"INPUT": large, "OUTPUT": str(tmp_path / "h.tif")})
    task.run(on_tick=kill)
    assert task.ok is False
    assert "engine" in task.feedback.textLog()
    assert "Traceback" not in task.feedback.textLog()
    critical = Qgis.MessageLevel.Critical
    (reason,) = [message for message, tag, level in said if (tag, level) == ("Plumbline", critical)]
    assert reason in task.feedback.textLog()
    # Nobody was left to remove the lock; it locks nothing any more.
    assert names_in(tmp_path) in ([], ["h.tif.lock"])
    assert run("extractroads", INPUT=image, OUTPUT=str(tmp_path / "roads.gpkg"))["SEGMENTS"] > 0


def test_nothing_begins_when_it_was_stopped_before(run, image, tmp_path):
    feedback = QgsProcessingFeedback()
    feedback.cancel()
    with pytest.raises(QgsProcessingException):
        run("extractroads", feedback=feedback, INPUT=image, OUTPUT=str(tmp_path / "roads.gpkg"))
    assert "Stopped" in feedback.textLog()
    assert names_in(tmp_path) == []


def test_progress_is_told_and_never_goes_back(run, large, tmp_path):
    feedback = QgsProcessingFeedback()
    told = []
    feedback.progressChanged.connect(told.append)
    part = "500000,500700,5399300,5400000 [EPSG:32633]"
    run("estimateheights", feedback=feedback, INPUT=large, EXTENT=part, OUTPUT=str(tmp_path / "h.tif"))
    assert told == sorted(told)
    assert len(set(told)) > 3
    assert told[-1] == 100


@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="needs a machine without an NVIDIA card")
def test_a_check_fails_where_no_network_runs(provider):
    done = Background("checkengine", {"DEVICE": "cuda"}).run()
    assert done.ok is False
    assert "roads-compact: failed" in done.feedback.textLog()
    assert "torch" in done.feedback.textLog()
