"""Who knows the truth scores 1, who knows its mean scores 0, and what nobody knows does not count."""

from dataclasses import replace
from math import cos, radians, sin

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.heights.pose import Pose
from engine.networks.geopose import GeoposeOutput, mean_of_parts
from training.heights.augment import HeightImage
from training.heights.exam import examine_heights, judge_heights, judged_height_part, predict_image

CPU = torch.device("cpu")


def make_image(
    seed: int, pose: Pose, *, posed: bool = True, shape: tuple[int, int] = (50, 70)
) -> HeightImage:
    """An image without meaning, numbered by its ground size, a fifth of it without a known height."""
    rng = np.random.default_rng(seed)
    height_m = rng.uniform(0.0, 20.0, size=shape).astype(np.float32)
    height_m[rng.random(shape) < 0.2] = np.nan
    valid = rng.random(shape) < 0.9
    rgb = rng.integers(0, 256, size=(3, *shape), dtype=np.uint8)
    return HeightImage(rgb, height_m, valid, pose, 0.5 + seed, posed)


class Oracle(nn.Module):
    """Knows the images by their ground size, errs as it is told to, and talks nonsense where nobody looks."""

    def __init__(self, images: list[HeightImage], *, above_m: float = 0.0, turned_deg: float = 0.0) -> None:
        super().__init__()
        self.known = {image.m_per_px: image for image in images}
        self.above_m, self.turned_deg = above_m, turned_deg

    def forward(self, image: Tensor, m_per_px: Tensor) -> GeoposeOutput:
        truth = self.known[float(m_per_px)]
        height_px, width_px = truth.valid.shape
        assert image.shape[2] % 32 == 0
        assert image.shape[3] % 32 == 0
        heights, lengths = torch.full((2, 1, 1, *image.shape[2:]), 7.0)
        heights[0, 0, :height_px, :width_px] = torch.from_numpy(np.nan_to_num(truth.height_m, nan=99.0))
        heights = heights + self.above_m
        lengths = heights * truth.pose.scale_px_per_m
        lengths[0, 0, :height_px, :width_px][~torch.from_numpy(truth.valid)] = 1e4
        lengths[0, 0, height_px:] = -1e4
        angle = truth.pose.angle_rad + radians(self.turned_deg)
        return GeoposeOutput(heights, lengths, 0.3 * torch.tensor([[cos(angle), sin(angle)]]))


@pytest.fixture
def images() -> list[HeightImage]:
    return [make_image(0, Pose(3.1, 0.8)), make_image(1, Pose(-2.0, 0.3), shape=(64, 32))]


def test_view_is_taken_from_valid_pixels_alone(images: list[HeightImage]) -> None:
    heights, pose = predict_image(Oracle(images), images[0], CPU)
    assert heights.shape == images[0].valid.shape
    assert pose.scale_px_per_m == pytest.approx(0.8, rel=1e-5)
    assert pose.angle_rad == pytest.approx(3.1)


def test_parts_without_an_image_do_not_vote(images: list[HeightImage]) -> None:
    oracle, image = Oracle(images), replace(images[0], valid=images[0].valid.copy())
    image.valid[:32] = False

    def in_parts(pixels: Tensor, m_per_px: Tensor) -> GeoposeOutput:
        output: GeoposeOutput = oracle(pixels, m_per_px)
        parts = output.direction[:, :, None, None].repeat(1, 1, 4, 6)  # of 16 px
        parts[:, :, :2] = torch.tensor([1.0, 0.0])[:, None, None]
        return output._replace(parts=parts, direction=mean_of_parts(parts, output.height_m))

    assert predict_image(in_parts, image, CPU)[1].angle_rad == pytest.approx(3.1)


def test_truth_scores_one(images: list[HeightImage]) -> None:
    verdict = examine_heights(Oracle(images), CPU, images=images)
    assert verdict.measure == "mean of height_r2, flow_r2"
    assert verdict.score == pytest.approx(1.0, abs=1e-6)
    assert verdict.figures["height_rmse_m"] == 0.0
    assert verdict.figures["angle_median_deg"] == pytest.approx(0.0, abs=1e-4)
    assert verdict.figures["scale_error_px_per_m"] == pytest.approx(0.0, abs=1e-6)


def test_score_is_the_mean_of_both_shares(images: list[HeightImage]) -> None:
    verdict = examine_heights(Oracle(images, above_m=2.0, turned_deg=30.0), CPU, images=images)
    assert verdict.figures["height_rmse_m"] == pytest.approx(2.0, rel=1e-5)
    both = verdict.figures["height_r2"], verdict.figures["flow_r2"]
    assert both[0] != pytest.approx(both[1], abs=0.05)
    assert verdict.score == pytest.approx(sum(both) / 2)


def test_angles_are_compared_the_shortest_way_round(images: list[HeightImage]) -> None:
    """3.1 rad and 5° more lie on both sides of ±π."""
    figures = judge_heights(Oracle(images, turned_deg=5.0), images, CPU)
    assert figures["angle_median_deg"] == pytest.approx(5.0, abs=1e-3)


def test_mean_height_explains_nothing(images: list[HeightImage]) -> None:
    figures = judge_heights(Oracle(images), images, CPU)
    known = np.concatenate([image.height_m[image.valid & ~np.isnan(image.height_m)] for image in images])
    assert figures["trivial_height_r2"] == pytest.approx(0.0, abs=1e-6)
    assert figures["trivial_height_rmse_m"] == pytest.approx(float(known.std()), rel=1e-5)
    assert figures["trivial_flow_r2"] < 0.05


def test_images_of_unknown_view_are_judged_by_heights_and_apart(images: list[HeightImage]) -> None:
    aside = make_image(2, Pose(0.5, 0.7), posed=False)
    alone = judge_heights(Oracle(images, turned_deg=20.0), images, CPU)
    figures = judge_heights(Oracle([*images, aside], turned_deg=20.0), [*images, aside], CPU)
    assert alone.items() <= figures.items()
    assert set(figures) - set(alone) == {
        f"unposed_{name}"
        for each in ("height_r2", "height_rmse_m", "height_mae_m")
        for name in (each, f"trivial_{each}")
    }


def test_without_a_known_view_heights_decide() -> None:
    aside = [make_image(2, Pose(0.5, 0.7), posed=False)]
    verdict = examine_heights(Oracle(aside), CPU, images=aside)
    assert (verdict.measure, verdict.score) == ("mean of unposed_height_r2", 1.0)


def test_heights_all_alike_have_no_score() -> None:
    flat = replace(make_image(0, Pose(1.0, 0.5)), height_m=np.zeros((50, 70), dtype=np.float32))
    verdict = examine_heights(Oracle([flat]), CPU, images=[flat])
    assert verdict.score == 0.0
    assert "height_r2" not in verdict.figures


def test_a_large_image_is_judged_in_part() -> None:
    image = make_image(0, Pose(1.0, 0.5), shape=(2050, 40))
    part = judged_height_part(image)
    assert part.valid.shape == part.height_m.shape == part.rgb.shape[1:] == (2048, 40)
    assert (part.pose, part.m_per_px, part.posed) == (image.pose, image.m_per_px, image.posed)
