"""The U-Net trains in the same loop as a road network, and its commands end in graphs and one figure."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from click.testing import CliRunner
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.evaluation.measures.topo import topo
from engine.frames import RowCol
from engine.networks.compact import Compact, CompactConfig
from engine.roads.formats import read_graph
from engine.roads.graph import RoadGraph
from engine.roads.tensor import encode
from training.__main__ import main, run
from training.augment import normalise
from training.baseline import extract
from training.baseline.choose import best_row
from training.baseline.extract import extract_folder, predict_road
from training.baseline.task import THRESHOLDS, judge_crops, mask_loss, mask_task, true_mask
from training.baseline.unet import MaskUnet
from training.baseline.vectorise import VectoriseOptions
from training.checkpoint import read_checkpoint
from training.config import TrainingError
from training.loop import BEST, LAST, train
from training.recipe import read_recipe
from training.roads.datasets import Crop, RoadImage, collect
from training.roads.exam import set_exam
from training.roads.losses import Batch

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:lightning_fabric")

Town = tuple[NDArray[np.uint8], RoadGraph[RowCol]]
CPU = torch.device("cpu")

RECIPE = """
[run]
steps = 2
batch = 1
crop_px = 32
precision = "32-true"
accelerator = "cpu"
workers = 0
[network]
name = "sat2graph"
[[sources]]
kind = "masks"
path = "."
[validation]
path = "."
every_steps = 2
crops = 1
tiles = 1
[checkpoint]
pictures_every_steps = 2
"""


@pytest.fixture(scope="module")
def recipe_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "tiny.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


class Brightness(nn.Module):
    """Takes what is lighter than mid-grey for road."""

    def forward(self, image: Tensor) -> Tensor:
        return 30.0 * image[:, :1]


def write_png(path: Path, rgb: NDArray[np.uint8]) -> None:
    bands, height, width = rgb.shape
    with rasterio.open(
        path, "w", driver="PNG", count=bands, height=height, width=width, dtype="uint8"
    ) as file:
        file.write(rgb)


def whole(image: RoadImage) -> Batch:
    height, width = image.valid.shape
    pixels = normalise(image.rgb.astype(np.float32))
    return collect([Crop(pixels, encode(image.graph, height, width), image.valid)])


def test_resumed_run_equals_undisturbed_run(recipe_file: Path, town_folder: Path, tmp_path: Path) -> None:
    recipe = read_recipe(recipe_file)
    longer = replace(recipe, run=replace(recipe.run, steps=3))
    undisturbed = train(mask_task(longer, town_folder), tmp_path / "straight")
    train(mask_task(recipe, town_folder), tmp_path / "stopped")
    resumed = train(mask_task(longer, town_folder), tmp_path / "stopped", resume=True)
    assert all(torch.equal(undisturbed.network[key], resumed.network[key]) for key in resumed.network)
    assert undisturbed.scores == resumed.scores
    kept = read_checkpoint(tmp_path / "stopped" / BEST)
    assert kept.measure == "pixel_f1"
    assert kept.best_score == kept.scores["pixel_f1"]
    assert kept.recipe["network"]["name"] == "mask-unet", "whatever the recipe says"


def test_true_mask_is_as_wide_as_those_of_the_data_set(town: Town) -> None:
    road: RoadGraph[RowCol] = RoadGraph.build([[16.5, -20], [16.5, 60]], [[0, 1]])
    image = RoadImage.prepare("road", np.zeros((3, 32, 32), dtype=np.uint8), road)
    batch = whole(image)
    assert true_mask(batch)[0].sum(dim=0).tolist() == [7] * 32


def test_loss_is_blind_where_there_is_no_image(town: Town) -> None:
    valid = np.ones((160, 160), dtype=bool)
    valid[:, 100:] = False
    batch = whole(RoadImage.prepare("town", *town, valid=valid))
    output = torch.zeros(1, 1, 160, 160)
    assert float(mask_loss(output, batch)) == pytest.approx(np.log(2))
    spoilt = output.clone()
    spoilt[..., 100:] = 50.0
    assert float(mask_loss(spoilt, batch)) == float(mask_loss(output, batch))
    right = 20.0 * (true_mask(batch)[:, None].float() - 0.5)
    assert float(mask_loss(right, batch)) < 1e-3


def test_pixels_are_judged_at_the_best_threshold(town: Town, recipe_file: Path) -> None:
    recipe = read_recipe(recipe_file)
    crops = set_exam([RoadImage.prepare("town", *town)], recipe).crops

    def knowing(certainty: float, shift: float) -> Callable[[Tensor], Tensor]:
        road = true_mask(collect(crops))[:, None].float()
        return lambda _: certainty * (2.0 * road - 1.0) + shift

    sure = judge_crops(knowing(5.0, 0.0), crops, CPU)
    assert (sure["pixel_f1"], sure["loss_total"] < 0.01) == (1.0, True)
    shifted = judge_crops(knowing(0.3, -1.5), crops, CPU)
    assert shifted["pixel_f1"] == 1.0
    assert shifted["pixel_threshold"] == THRESHOLDS[1], "between sigmoid(-1.8) = 0.14 and sigmoid(-1.2)"


def test_windows_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "_CORE_PX", 40)
    monkeypatch.setattr(extract, "_MARGIN_PX", 8)
    rgb = np.random.default_rng(1).integers(0, 256, size=(3, 97, 130), dtype=np.uint8)
    found = predict_road(Brightness(), rgb)  # type: ignore[arg-type]
    expected = 1.0 / (1.0 + np.exp(-30.0 * normalise(rgb[0].astype(np.float32))))
    assert np.allclose(found, expected, atol=1e-3)


def test_folder_becomes_graphs_without_roads_on_paper(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extract, "load_mask_network", lambda _: Brightness())
    images, out = tmp_path / "images", tmp_path / "deep" / "out"
    images.mkdir()
    paper = np.full((3, 160, 240), 255, dtype=np.uint8)
    paper[:, :, :160] = town[0]
    write_png(images / "town.png", paper)
    write_png(images / "town_mask.png", paper)
    written = extract_folder(tmp_path / "any.pt", images, out, options=VectoriseOptions())
    assert written == [out / "town.p"]
    file = read_graph(out / "town.p")
    assert file.frame == "pixel"
    assert file.graph.vertices[:, 1].max() < 160.0
    assert topo(town[1], file.graph).f1 > 0.9


def test_commands_train_choose_and_extract(recipe_file: Path, town_folder: Path, tmp_path: Path) -> None:
    out, data = tmp_path / "run", ["--config", str(recipe_file), "--data", str(town_folder)]
    result = CliRunner().invoke(main, ["baseline", "train", *data, "--out", str(out)])
    assert result.exit_code == 0, result.output
    result = CliRunner().invoke(main, ["baseline", "choose", str(out / LAST), *data])
    assert result.exit_code == 0, result.output
    *_, last = rows = result.stdout.strip().splitlines()
    assert last.startswith("best threshold: 0.")
    assert len([row for row in rows if row.strip().startswith("0.")]) == 9
    result = CliRunner().invoke(
        main, ["baseline", "choose", str(out / LAST), *data, "--threshold", "0.55", "--threshold", "0.25"]
    )
    assert [row.split()[0] for row in result.stdout.strip().splitlines()[-3:]] == ["0.2500", "0.5500", "best"]
    result = CliRunner().invoke(
        main,
        ["baseline", "extract", str(out / LAST), str(town_folder), str(tmp_path / "p"), "--threshold", "0.5"],
    )
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == ["town0.p", "town1.p"]


def test_a_threshold_is_a_number(tmp_path: Path) -> None:
    arguments = ["baseline", "extract", "a.pt", str(tmp_path), str(tmp_path / "p"), "--threshold", "nan"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "nan is not a finite number" in result.output


def test_best_threshold_has_the_greatest_topo_f1() -> None:
    table = [
        {"threshold": 0.1, "f1": 0.9, "topo_f1": 0.5},
        {"threshold": 0.2, "f1": 0.5, "topo_f1": 0.7},
        {"threshold": 0.3, "f1": 0.6, "topo_f1": 0.7},
    ]
    assert best_row(table)["threshold"] == 0.2
    with pytest.raises(TrainingError, match="long enough for TOPO"):
        best_row([{"threshold": 0.1, "f1": 0.9}])


@pytest.fixture(scope="module")
def checkpoint(recipe_file: Path, town_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    recipe = read_recipe(recipe_file)
    once = replace(recipe, run=replace(recipe.run, steps=1))
    folder = tmp_path_factory.mktemp("run")
    train(mask_task(once, town_folder), folder)
    return folder / LAST


def test_faults_are_named_in_one_line(
    checkpoint: Path, town_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty, twins, taken = tmp_path / "empty", tmp_path / "twins", tmp_path / "taken"
    empty.mkdir()
    twins.mkdir()
    taken.touch()
    for suffix in ("png", "tif"):
        (twins / f"a.{suffix}").touch()
    other = tmp_path / "other.pt"
    state = torch.load(checkpoint, weights_only=True)
    torch.save(state | {"average": None, "network": {"weight": torch.zeros(3)}}, other)
    for weights, images, out, message in (
        (tmp_path / "none.pt", town_folder, "p", "There is no checkpoint"),
        (other, town_folder, "p", "no U-Net of the baseline"),
        (checkpoint, empty, "p", "holds no images"),
        (checkpoint, tmp_path / "absent", "p", "There is no folder"),
        (checkpoint, twins, "p", "a.png and a.tif"),
        (checkpoint, town_folder, "taken", "cannot be made"),
    ):
        arguments = [str(weights), str(images), str(tmp_path / out), "--threshold", "0.5"]
        monkeypatch.setattr(sys, "argv", ["training", "baseline", "extract", *arguments])
        with pytest.raises(SystemExit) as caught:
            run()
        assert message in str(caught.value.code)
        assert "\n" not in str(caught.value.code)


def test_a_road_network_is_not_taken_for_the_baseline(recipe_file: Path, town_folder: Path) -> None:
    text = recipe_file.read_text(encoding="utf-8").replace("sat2graph", "mask-unet")
    path = recipe_file.with_name("mask.toml")
    path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["roads", "--config", str(path), "--data", str(town_folder)])
    assert "no architecture 'mask-unet'" in str(result.exception)


def test_network_is_as_large_as_the_compact_one() -> None:
    sizes = [sum(each.numel() for each in net.parameters()) for net in (MaskUnet(), Compact(CompactConfig()))]
    assert abs(sizes[0] / sizes[1] - 1.0) < 0.1
