"""A network that knows the truth gets full marks, one that knows nothing none."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.frames import RowCol
from engine.networks.layout import PAIRS
from engine.roads.decode import DecodeOptions
from engine.roads.graph import RoadGraph
from engine.roads.tensor import encode
from training.config import LossOptions, Recipe, RunOptions, Source, ValidationOptions
from training.roads.datasets import RoadImage
from training.roads.exam import set_exam
from training.roads.sources import load_images
from training.roads.validate import THRESHOLDS, crop_losses, examine, grade, judge_tiles

Town = tuple[NDArray[np.uint8], RoadGraph[RowCol]]
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def image(town: Town) -> RoadImage:
    rgb, graph = town
    return RoadImage.prepare("town", rgb, graph)


def logits_of(image: RoadImage, certainty: float) -> Tensor:
    tensor = torch.from_numpy(encode(image.graph, *image.valid.shape))[None]
    for plane in PAIRS:
        tensor[:, plane] = certainty * (2.0 * tensor[:, plane] - 1.0)
        tensor[:, plane + 1] = -tensor[:, plane]
    return tensor


def test_truth_is_found_whole(image: RoadImage) -> None:
    figures = judge_tiles(lambda _: logits_of(image, 5.0), [image], device=CPU)
    assert figures["completeness"] > 0.97
    assert figures["correctness"] > 0.97
    assert figures["f1"] > 0.97
    topology = [figures[name] for name in ("topo_precision", "topo_recall", "topo_f1", "apls")]
    assert min(topology) > 0.97


def test_threshold_is_the_best_of_those_tried(image: RoadImage) -> None:
    noise = torch.randn(1, 28, 160, 160, generator=torch.Generator().manual_seed(2))
    blurred = torch.nn.functional.avg_pool2d(noise, 5, stride=1, padding=2)
    noisy = logits_of(image, 1.5) + 3.0 * blurred
    tried = [judge_tiles(lambda _: noisy, [image], device=CPU, thresholds=[one]) for one in THRESHOLDS]
    assert len({one["f1"] for one in tried}) > 1
    assert judge_tiles(lambda _: noisy, [image], device=CPU) == max(tried, key=lambda one: one["f1"])


def test_decoding_options_count(image: RoadImage) -> None:
    strict = DecodeOptions(min_component_px=1e6)
    figures = judge_tiles(lambda _: logits_of(image, 5.0), [image], device=CPU, options=strict)
    assert figures["f1"] == 0.0


def test_nothing_found_is_nothing_right(image: RoadImage) -> None:
    figures = judge_tiles(lambda _: torch.full((1, 28, 160, 160), 0.0), [image], device=CPU)
    assert figures["f1"] < 0.5
    empty = torch.zeros(1, 28, 160, 160)
    empty[:, 0] = -20.0
    figures = judge_tiles(lambda _: empty, [image], device=CPU)
    assert figures["completeness"] == figures["correctness"] == figures["f1"] == 0.0


def test_exam_is_the_same_each_time(town_folder: Path) -> None:
    images = load_images(Source("masks", "."), town_folder)
    recipe = Recipe(run=RunOptions(crop_px=64), validation=ValidationOptions(crops=5, tiles=1))
    first, second = set_exam(images, recipe), set_exam(images, recipe)
    assert all((one.image == two.image).all() for one, two in zip(first.crops, second.crops, strict=True))
    assert len(first.crops) == 5
    assert len(first.tiles) == 1


def test_best_state_is_that_with_the_best_topology(image: RoadImage) -> None:
    recipe = Recipe(run=RunOptions(crop_px=64), validation=ValidationOptions(crops=1, tiles=1))
    exam = set_exam([image], recipe)

    class Known(torch.nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            return logits_of(image, 5.0)[:, :, : images.shape[2], : images.shape[3]]

    verdict = examine(Known(), CPU, exam=exam, recipe=recipe)
    figures = verdict.figures
    assert verdict.score == (figures["topo_f1"] + figures["apls"]) / 2
    assert verdict.measure == "topo_f1 and apls"
    assert {"loss_total", "completeness", "correctness", "f1", "vertex_threshold"} <= set(figures)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"loss_total": 0.4, "f1": 0.8, "topo_f1": 0.6, "apls": 0.2}, ("topo_f1 and apls", 0.4)),
        ({"loss_total": 0.4, "f1": 0.8, "topo_f1": 0.6}, ("topo_f1", 0.6)),
        ({"loss_total": 0.4, "f1": 0.8}, ("f1", 0.8)),
        ({"loss_total": 0.4}, ("loss_total", -0.4)),
    ],
)
def test_grade_names_what_it_measures(figures: dict[str, float], expected: tuple[str, float]) -> None:
    assert grade(figures) == pytest.approx(expected)


def test_tiles_without_roads_are_not_judged(image: RoadImage) -> None:
    blank = RoadImage.prepare("blank", image.rgb, image.graph, valid=np.zeros(image.valid.shape, dtype=bool))
    recipe = Recipe(run=RunOptions(crop_px=64), validation=ValidationOptions(crops=1, tiles=5))
    assert [tile.name for tile in set_exam([blank, image], recipe).tiles] == ["town"]


def test_tiles_with_the_most_image_are_judged(image: RoadImage) -> None:
    half = np.zeros(image.valid.shape, dtype=bool)
    half[:100] = True
    less = RoadImage.prepare("less", image.rgb, image.graph, valid=half)
    recipe = Recipe(run=RunOptions(crop_px=64), validation=ValidationOptions(crops=1, tiles=1))
    for images in ([less, image], [image, less]):
        assert [tile.name for tile in set_exam(images, recipe).tiles] == ["town"]


def test_large_images_are_judged_in_part(image: RoadImage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.roads.exam.LARGEST_TILE_PX", 96)
    recipe = Recipe(run=RunOptions(crop_px=64), validation=ValidationOptions(crops=1, tiles=1))
    (tile,) = set_exam([image], recipe).tiles
    assert (tile.rgb.shape, tile.valid.shape) == ((3, 96, 96), (96, 96))
    assert np.array_equal(tile.rgb, image.rgb[:, :96, :96])


def test_crop_losses_are_means(image: RoadImage) -> None:
    recipe = Recipe(
        run=RunOptions(crop_px=64), loss=LossOptions(), validation=ValidationOptions(crops=11, tiles=0)
    )
    crops = set_exam([image], recipe).crops

    def ignorant(images: Tensor) -> Tensor:
        return torch.zeros(len(images), 28, 64, 64)

    losses = crop_losses(ignorant, crops, recipe, CPU)
    assert losses["vertex"] == pytest.approx(np.log(2), rel=1e-5)
    assert losses["road"] == pytest.approx(np.log(2), rel=1e-5)
