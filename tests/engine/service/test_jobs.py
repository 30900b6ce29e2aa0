"""Every request carried out for real: files, figures, and nothing left of what was cancelled."""

import json
import os
import sqlite3
from contextlib import closing

import fiona
import numpy as np
import pytest
import rasterio
import torch

from engine.errors import EngineError
from engine.networks.weights import load_weights, save_weights
from engine.progress import Silent
from engine.service.jobs import Jobs
from engine.service.protocol import CANCELLED, ENGINE_ERROR
from engine.service.requests import (
    EstimateHeights,
    EvaluateHeights,
    EvaluateRoads,
    Examine,
    ExtractRoads,
    MaskToGraph,
    MoveFootprints,
    Rectify,
)


@pytest.fixture(scope="module")
def work():
    jobs = Jobs()
    return lambda request: jobs(request, Silent())


@pytest.fixture(scope="module")
def roads(work, town, tmp_path_factory):
    folder = tmp_path_factory.mktemp("roads")
    return work(ExtractRoads(str(town), str(folder / "roads.gpkg"), preview=str(folder / "roads.png")))


@pytest.fixture(scope="module")
def heights(work, town, tmp_path_factory):
    folder = tmp_path_factory.mktemp("heights")
    names = ("output", "rectified", "rectified_rgb", "flow")
    paths = {name: str(folder / f"{name}.tif") for name in names}
    return work(EstimateHeights(str(town), azimuth_deg=200.0, off_nadir_deg=25.0, **paths))


def features(path, layer):
    with fiona.open(path, layer=layer) as records:
        return [dict(each.properties) for each in records]


def test_figures_of_roads_are_those_of_the_file(roads):
    found = features(roads.files["output"], "roads")
    lengths = np.array([each["length_m"] for each in found])
    confidence = np.average([each["confidence"] for each in found], weights=lengths)
    kinds = [each["kind"] for each in features(roads.files["output"], "junctions")]
    assert roads.figures == {
        "length_m": pytest.approx(lengths.sum()),
        "segments": len(found),
        "junctions": kinds.count("junction"),
        "components": len({each["component"] for each in found}),
        "confidence_mean": pytest.approx(confidence),
    }
    assert roads.figures["segments"] > 3
    assert roads.facts["weights"] == "roads-compact"
    assert roads.facts["device"].startswith("CPU") or "cuda" in roads.facts["device"].lower()
    assert set(roads.files) == {"output", "preview"}


def test_pixel_files_have_the_same_figures(work, roads, town, tmp_path):
    found = work(ExtractRoads(str(town), str(tmp_path / "roads.json")))
    assert found.figures == pytest.approx(roads.figures)


def test_a_raster_without_roads_has_no_confidence(work, tmp_path, town):
    with rasterio.open(town) as file:
        profile = file.profile
    with rasterio.open(tmp_path / "grey.tif", "w", **profile) as file:
        file.write(np.full((3, profile["height"], profile["width"]), 90, dtype=np.uint8))
    found = work(ExtractRoads(str(tmp_path / "grey.tif"), str(tmp_path / "o.gpkg"), min_confidence=1.0))
    assert found.figures == {
        "length_m": 0.0,
        "segments": 0.0,
        "junctions": 0.0,
        "components": 0.0,
        "confidence_mean": None,
    }


def test_figures_of_heights_are_those_of_the_file(heights):
    with rasterio.open(heights.files["output"]) as file:
        band, tags = file.read(1, masked=True), file.tags()
    assert heights.figures["height_max_m"] == pytest.approx(band.max())
    assert heights.figures["height_mean_m"] == pytest.approx(band.mean(dtype=np.float64), rel=1e-4)
    for name in ("angle_rad", "scale_px_per_m", "azimuth_deg", "off_nadir_deg"):
        assert heights.figures[name] == float(tags[f"PLUMBLINE_{name.upper()}"])
    assert (heights.figures["azimuth_deg"], heights.figures["off_nadir_deg"]) == (200.0, 25.0)
    assert heights.facts["view_source"] == "options"
    assert heights.facts["weights"] == "heights-compact"
    assert set(heights.files) == {"output", "rectified", "rectified_rgb", "flow"}


def test_rectify_tells_the_view_and_what_is_hidden(work, town, heights, tmp_path):
    output = tmp_path / "r.tif"
    found = work(Rectify(str(town), heights.files["output"], str(output)))
    assert found.files == {"output": str(output)}
    assert found.figures["off_nadir_deg"] == 25.0
    with rasterio.open(output) as file:
        hidden = 1.0 - (file.dataset_mask() > 0).mean()
    assert found.figures["hidden_share"] == pytest.approx(hidden, abs=1e-3)


def test_footprints_are_counted(work, heights, tmp_path):
    with rasterio.open(heights.files["output"]) as file:
        left, _, _, top = file.bounds
        crs = file.crs.to_wkt()
    square = [(left + 10, top - 10), (left + 30, top - 10), (left + 30, top - 30), (left + 10, top - 30)]
    away = [(x + 1e4, y) for x, y in square]
    schema = {"geometry": "Polygon", "properties": {}}
    with fiona.open(tmp_path / "p.gpkg", "w", driver="GPKG", schema=schema, crs_wkt=crs) as layer:
        for ring in (square, away):
            geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
            layer.write({"type": "Feature", "geometry": geometry, "properties": {}})
    request = MoveFootprints(str(tmp_path / "p.gpkg"), heights.files["output"], str(tmp_path / "o.gpkg"))
    found = work(request)
    volume_m3 = sum(each["volume_m3"] or 0.0 for each in features(tmp_path / "o.gpkg", "buildings"))
    assert found.figures == {"polygons": 2, "known": 1, "volume_m3": pytest.approx(volume_m3)}


def test_a_result_compared_with_itself_is_perfect(work, roads, heights, tmp_path):
    output = roads.files["output"]
    found = work(EvaluateRoads(output, output, report=str(tmp_path / "r.html")))
    assert found.figures["completeness"] == found.figures["topo_f1"] == 1.0
    assert found.files == {"report": str(tmp_path / "r.html")}
    output = heights.files["output"]
    found = work(EvaluateHeights(output, output, picture=str(tmp_path / "p.png")))
    assert found.figures["height_rmse_m"] == 0.0
    assert found.files == {"picture": str(tmp_path / "p.png")}


def test_a_mask_becomes_a_graph(work, town, tmp_path):
    with rasterio.open(town) as file:
        profile = {**file.profile, "count": 1}
    mask = np.zeros((profile["height"], profile["width"]), dtype=np.uint8)
    mask[100:104, 20:420] = mask[20:320, 200:204] = 255
    with rasterio.open(tmp_path / "m.tif", "w", **profile) as file:
        file.write(mask, 1)
    found = work(MaskToGraph(str(tmp_path / "m.tif"), str(tmp_path / "m.gpkg")))
    assert found.figures["length_m"] == pytest.approx(0.5 * (400 + 300), rel=0.03)
    counted = {name: found.figures[name] for name in ("segments", "junctions", "components")}
    assert counted == {"segments": 4, "junctions": 1, "components": 1}
    assert found.figures["confidence_mean"] is None
    assert work(MaskToGraph(str(tmp_path / "m.tif"), str(tmp_path / "m.p"))).figures == {}


def test_examine_tells_that_networks_run(work):
    found = work(Examine("cpu"))
    assert found.figures["inference_s"] > 0.0
    assert found.facts["plumbline/version"]
    for name in ("roads-compact", "heights-compact"):
        assert "sha256" in found.facts[f"weights/{name}"]
        assert "CPU" in found.facts[f"inference/{name}"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_examine_tells_that_networks_do_not_run(work):
    found = work(Examine("cuda"))
    assert found.figures == {"inference_s": None}
    assert found.facts["inference/roads-compact"].startswith("failed: The device cuda was asked for")


def test_what_cannot_be_is_refused(work, town, tmp_path):
    with pytest.raises(EngineError, match="is not an extent"):
        work(ExtractRoads(str(town), str(tmp_path / "o.gpkg"), extent="here"))
    with pytest.raises(EngineError, match="device is 'tpu'"):
        work(ExtractRoads(str(town), str(tmp_path / "o.gpkg"), device="tpu"))
    assert list(tmp_path.iterdir()) == []


def test_changed_weights_are_used_at_once(work, town, tmp_path):
    checksums = []
    for seed in (0, 1):
        loaded = load_weights(f"random:compact:{seed}")
        save_weights(tmp_path / "own.safetensors", loaded.network, loaded.card)
        os.utime(tmp_path / "own.safetensors", ns=(0, seed))
        output = tmp_path / "roads.gpkg"
        found = work(ExtractRoads(str(town), str(output), weights=str(tmp_path / "own.safetensors")))
        assert found.facts["weights"] == f"random:compact:{seed}"
        with closing(sqlite3.connect(output)) as database:
            (text,) = database.execute("SELECT metadata FROM gpkg_metadata LIMIT 1").fetchone()
        checksums.append(json.loads(text)["weights_sha256"])
    assert len(set(checksums)) == 2


CANCELLED_WORK = {
    "extract_roads": ("roads.gpkg", {"preview": "roads.png"}),
    "estimate_heights": ("heights.tif", {"rectified": "r.tif", "flow": "f.tif"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("method", CANCELLED_WORK)
def test_a_cancelled_request_leaves_nothing_and_the_next_one_runs(start, wide, town, tmp_path, method):
    name, others = CANCELLED_WORK[method]
    output, others = str(tmp_path / name), {key: str(tmp_path / other) for key, other in others.items()}
    service = start()
    for number, steps in ((1, 1), (2, 2)):
        service.send(method, number, raster=str(wide), output=output, **others)
        for _ in range(steps):
            service.until_progress(number)
        service.send("cancel", id=number)
        assert service.answer(number)[0]["error"]["code"] == CANCELLED
        assert list(tmp_path.iterdir()) == []
    service.send(method, 3, raster=str(town), output=output)
    assert service.answer(3)[0]["result"]["files"] == {"output": output}


@pytest.mark.slow
def test_a_run_that_shall_be_resumed_keeps_its_blocks(start, wide, tmp_path):
    service = start()
    request = {"raster": str(wide), "output": str(tmp_path / "roads.gpkg"), "resume": True}
    service.send("extract_roads", 1, **request)
    for _ in range(2):
        service.until_progress(1)
    service.send("cancel", id=1)
    assert service.answer(1)[0]["error"]["code"] == CANCELLED
    assert len(list((tmp_path / "roads.gpkg.partial").glob("block_*.npz"))) >= 1


@pytest.mark.slow
def test_an_error_of_the_engine_has_its_kind(start, tmp_path):
    service = start()
    service.send("extract_roads", 1, raster=str(tmp_path / "absent.tif"), output=str(tmp_path / "o.gpkg"))
    error = service.answer(1)[0]["error"]
    assert (error["code"], error["data"]["kind"]) == (ENGINE_ERROR, "raster")
    assert "absent.tif" in error["message"]
