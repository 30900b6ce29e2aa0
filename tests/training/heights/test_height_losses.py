"""The loss is the published one, by hand; blind to what is unknown, and never without a number."""

from dataclasses import replace
from math import cos, sin

import pytest
import torch
from torch import Tensor

from engine.heights.pose import Pose
from engine.networks.compact_geopose import CompactGeopose, CompactGeoposeConfig
from engine.networks.geopose import GeoposeOutput
from training.config import TrainingError
from training.heights.losses import (
    CLEAR_LEAN_PX,
    HEIGHT_TERMS,
    WALL_WEIGHT,
    HeightBatch,
    HeightLossOptions,
    height_loss,
)

POSES = (Pose(0.4, 0.5), Pose(-2.0, 1.25))
EVERY_SHAPE = [HeightLossOptions(errors=errors) for errors in ("squared", "robust", "r2")]


@pytest.fixture
def batch() -> HeightBatch:
    generator = torch.Generator().manual_seed(4)
    height_m = 30.0 * torch.rand((2, 1, 6, 8), generator=generator)
    valid = torch.rand((2, 1, 6, 8), generator=generator) > 0.3
    return HeightBatch(
        image=torch.zeros(2, 3, 6, 8),
        m_per_px=torch.full((2,), 0.5),
        height_m=height_m,
        valid=valid,
        direction=torch.tensor([pose.direction.tolist() for pose in POSES]),
        scale_px_per_m=torch.tensor([pose.scale_px_per_m for pose in POSES]),
        posed=torch.ones(2, dtype=torch.bool),
    )


def truth_of(batch: HeightBatch) -> GeoposeOutput:
    """The output of a network that knows everything."""
    length = batch.height_m * batch.scale_px_per_m[:, None, None, None]
    return GeoposeOutput(batch.height_m.clone(), length, batch.direction.clone())


def guess_of(batch: HeightBatch) -> GeoposeOutput:
    """The output of a network that knows a little, with gradients."""
    generator = torch.Generator().manual_seed(9)
    return GeoposeOutput(
        *(
            (part + 3.0 * torch.rand(part.shape, generator=generator)).requires_grad_()
            for part in truth_of(batch)[:3]
        )
    )


def gradients(output: GeoposeOutput) -> list[Tensor]:
    fields = [part for part in output if part is not None]
    return [torch.zeros_like(field) if field.grad is None else field.grad for field in fields]


def test_the_published_loss_by_hand() -> None:
    batch = HeightBatch(
        image=torch.zeros(1, 3, 1, 3),
        m_per_px=torch.ones(1),
        height_m=torch.tensor([[[[2.0, 10.0, 99.0]]]]),
        valid=torch.tensor([[[[True, True, False]]]]),
        direction=torch.tensor([[cos(0.7), sin(0.7)]]),
        scale_px_per_m=torch.tensor([0.5]),
        posed=torch.tensor([True]),
    )
    output = GeoposeOutput(
        torch.tensor([[[[3.0, 8.0, -7.0]]]]), torch.tensor([[[[2.0, 2.0, 50.0]]]]), torch.tensor([[0.0, 0.0]])
    )
    losses = height_loss(output, batch, HeightLossOptions())
    assert losses.height.item() == pytest.approx((1.0**2 + 2.0**2) / 2)
    assert losses.magnitude.item() == pytest.approx((1.0**2 + 3.0**2) / 2)
    assert losses.direction.item() == pytest.approx(0.5)  # 1² over two components
    slope = (3.0 * 2.0 + 8.0 * 2.0) / (3.0**2 + 8.0**2 + 0.01)
    assert losses.scale.item() == pytest.approx((slope - 0.5) ** 2)
    assert losses.total.item() == pytest.approx(2.5 + 2 * 5.0 + 10 * 0.5 + 10 * (slope - 0.5) ** 2)


@pytest.mark.parametrize("options", EVERY_SHAPE)
def test_truth_costs_nothing(batch: HeightBatch, options: HeightLossOptions) -> None:
    losses = height_loss(truth_of(batch), batch, options)
    assert [getattr(losses, name).item() for name in HEIGHT_TERMS] == pytest.approx([0.0] * 5, abs=1e-8)


def test_the_total_is_the_weighted_sum(batch: HeightBatch) -> None:
    options = HeightLossOptions(height=0.5, magnitude=3.0, direction=0.0, scale=7.0)
    losses = height_loss(guess_of(batch), batch, options)
    expected = 0.5 * losses.height + 3.0 * losses.magnitude + 7.0 * losses.scale
    assert losses.total.item() == pytest.approx(expected.item(), rel=1e-6)
    assert losses.direction > 0.0


def test_an_image_counts_by_its_known_pixels(batch: HeightBatch) -> None:
    output = guess_of(batch)
    known = batch.valid
    losses = height_loss(output, batch, HeightLossOptions())
    expected = (output.height_m - batch.height_m)[known].square().mean()
    assert losses.height.item() == pytest.approx(expected.item(), rel=1e-5)
    assert known[0].sum() != known[1].sum()


def test_small_errors_count_alike_and_large_ones_linearly_in_the_robust_loss(batch: HeightBatch) -> None:
    everywhere = batch._replace(valid=torch.ones_like(batch.valid))
    truth = truth_of(everywhere)
    robust = HeightLossOptions(errors="robust", height_limit_m=5.0, magnitude_limit_px=8.0)
    for error, height, magnitude in (
        (1.0, 1.0, 1.0),
        (5.0, 25.0, 25.0),
        (100.0, 2 * 5.0 * 100.0 - 25.0, 2 * 8.0 * 100.0 - 64.0),
    ):
        wrong = truth._replace(height_m=truth.height_m + error, magnitude_px=truth.magnitude_px - error)
        losses = height_loss(wrong, everywhere, robust)
        assert losses.height.item() == pytest.approx(height, rel=1e-5)
        assert losses.magnitude.item() == pytest.approx(magnitude, rel=1e-5)


def test_the_r2_loss_is_the_unexplained_share(batch: HeightBatch) -> None:
    options = HeightLossOptions(errors="r2", least_variance=1e-6)
    heights = batch.height_m[batch.valid]
    mean = torch.full_like(batch.height_m, heights.mean().item())
    output = truth_of(batch)._replace(height_m=mean)
    # One minus R² of the mean is 1 by definition, whatever the heights.
    assert height_loss(output, batch, options).height.item() == pytest.approx(1.0, rel=1e-5)
    half = truth_of(batch)._replace(height_m=(mean + batch.height_m) / 2)
    assert height_loss(half, batch, options).height.item() == pytest.approx(0.25, rel=1e-5)


@pytest.mark.parametrize("options", EVERY_SHAPE)
def test_nothing_is_learned_where_nothing_is_known(batch: HeightBatch, options: HeightLossOptions) -> None:
    hidden = batch.height_m.where(batch.valid, torch.nan)
    output = guess_of(batch)
    height_loss(output, batch._replace(height_m=hidden), options).total.backward()
    for field in (output.height_m, output.magnitude_px):
        assert torch.equal(field.grad != 0.0, batch.valid)
    # A height that is not known is not known, whatever the mask says of it.
    again = guess_of(batch)
    unmasked = batch._replace(height_m=hidden, valid=torch.ones_like(batch.valid))
    height_loss(again, unmasked, options).total.backward()
    for ours, theirs in zip(gradients(again), gradients(output), strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("options", EVERY_SHAPE)
def test_a_batch_of_nothing_known_costs_nothing(batch: HeightBatch, options: HeightLossOptions) -> None:
    unknown = batch._replace(valid=torch.zeros_like(batch.valid), posed=torch.zeros_like(batch.posed))
    output = guess_of(batch)
    losses = height_loss(output, unknown, options)
    losses.total.backward()
    assert [getattr(losses, name).item() for name in HEIGHT_TERMS] == [0.0] * 5
    assert all(gradient.abs().max() == 0.0 for gradient in gradients(output))


@pytest.mark.parametrize("options", EVERY_SHAPE)
def test_flat_ground_and_flat_predictions_give_numbers(
    batch: HeightBatch, options: HeightLossOptions
) -> None:
    flat = batch._replace(height_m=torch.zeros_like(batch.height_m))
    output = GeoposeOutput(*(torch.zeros_like(part).requires_grad_() for part in truth_of(batch)[:3]))
    losses = height_loss(output, flat, options)
    losses.total.backward()
    assert torch.isfinite(losses.total)
    assert all(torch.isfinite(gradient).all() for gradient in gradients(output))


def test_an_image_without_a_view_teaches_heights_only(batch: HeightBatch) -> None:
    unposed = batch._replace(
        posed=torch.tensor([True, False]),
        direction=torch.stack([batch.direction[0], torch.full((2,), torch.nan)]),
        scale_px_per_m=torch.tensor([0.5, torch.nan]),
    )
    output = guess_of(batch)
    losses = height_loss(output, unposed, HeightLossOptions())
    # The scale teaches heights too; the heights' own term has to.
    losses.total.backward()
    height, magnitude, direction = gradients(output)
    assert torch.equal(height != 0.0, batch.valid)
    assert torch.equal(magnitude[0] != 0.0, batch.valid[0])
    assert magnitude[1].abs().max() == 0.0
    assert direction[0].abs().min() > 0.0
    assert direction[1].abs().max() == 0.0
    first = HeightBatch(*(part[:1] for part in batch))
    alone = height_loss(
        GeoposeOutput(*(part.detach()[:1] for part in output[:3])), first, HeightLossOptions()
    )
    for name in ("magnitude", "direction", "scale"):
        assert getattr(losses, name).item() == pytest.approx(getattr(alone, name).item(), rel=1e-6)


def test_an_image_of_unknown_heights_says_nothing_of_its_scale(batch: HeightBatch) -> None:
    hidden = batch._replace(valid=torch.stack([batch.valid[0], torch.zeros_like(batch.valid[1])]))
    output = guess_of(batch)
    losses = height_loss(output, hidden, HeightLossOptions())
    first = HeightBatch(*(part[:1] for part in batch))
    alone = height_loss(GeoposeOutput(*(part[:1] for part in output[:3])), first, HeightLossOptions())
    assert losses.scale.item() == pytest.approx(alone.scale.item(), rel=1e-6)
    assert losses.height.item() == pytest.approx(alone.height.item(), rel=1e-6)


def test_a_view_from_nadir_teaches_that_nothing_leans_but_no_direction(batch: HeightBatch) -> None:
    nadir = batch._replace(scale_px_per_m=torch.zeros(2))
    output = guess_of(batch)
    losses = height_loss(output, nadir, HeightLossOptions())
    losses.total.backward()
    assert losses.direction.item() == 0.0
    assert gradients(output)[2].abs().max() == 0.0
    known = output.magnitude_px[batch.valid]
    assert losses.magnitude.item() == pytest.approx(known.square().mean().item(), rel=1e-5)


def test_the_error_of_the_scale_teaches_heights_and_lengths(batch: HeightBatch) -> None:
    steep = batch._replace(scale_px_per_m=2.0 * batch.scale_px_per_m)
    output = guess_of(batch)
    losses = height_loss(output, steep, HeightLossOptions(height=0.0, magnitude=0.0, direction=0.0))
    losses.total.backward()
    for field in (output.height_m, output.magnitude_px):
        assert torch.equal(field.grad != 0.0, batch.valid)
    # A step against the gradient brings the scale nearer.
    stepped = GeoposeOutput(
        *(
            part.detach() - 10.0 * gradient
            for part, gradient in zip(output[:3], gradients(output), strict=True)
        )
    )
    assert height_loss(stepped, steep, HeightLossOptions()).scale < 0.99 * losses.scale


def test_each_part_of_an_image_learns_the_direction_by_how_far_things_lean_in_it(batch: HeightBatch) -> None:
    parts = torch.zeros(2, 2, 3, 4, requires_grad=True)
    side = batch.height_m.shape[-1] // 4
    heights = torch.zeros_like(batch.height_m)
    heights[0, :, :side, :side] = 6.0  # leans by 3 px
    heights[0, :, -side:, -side:] = 60.0  # leans by 30 px, which shows no more than 4 do
    everywhere = batch._replace(height_m=heights, valid=torch.ones_like(batch.valid))
    options = HeightLossOptions(height=0.0, magnitude=0.0, scale=0.0, direction=1.0)
    losses = height_loss(truth_of(everywhere)._replace(parts=parts), everywhere, options)
    assert losses.direction.item() == pytest.approx(0.5)  # 1² over two components, wherever it counts
    losses.total.backward()
    assert parts.grad is not None
    taught = parts.grad[0].norm(dim=0)
    assert taught[0, 0].item() == pytest.approx(taught[2, 3].item() * 3.0 / CLEAR_LEAN_PX, rel=1e-5)
    assert torch.count_nonzero(parts.grad.norm(dim=1)) == 2
    right = everywhere.direction[:, :, None, None].expand(2, 2, 3, 4)
    assert height_loss(truth_of(everywhere)._replace(parts=right), everywhere, options).total.item() == 0.0


def test_walls_of_a_leaning_tower_teach_its_direction_most(batch: HeightBatch) -> None:
    # A roof 12 m high that leans by 6 px up the image, and the wall below it down to its foot.
    heights = torch.zeros(1, 1, 24, 24)
    heights[:, :, 4:10, 8:16] = 12.0
    heights[:, :, 10:16, 8:16] = (2.0 * torch.arange(6, 0, -1))[:, None]
    tower = HeightBatch(*(part[:1] for part in batch))._replace(
        height_m=heights,
        valid=torch.ones_like(heights, dtype=torch.bool),
        direction=torch.tensor([[1.0, 0.0]]),
        scale_px_per_m=torch.tensor([0.5]),
    )
    parts = torch.zeros(1, 2, 24, 24, requires_grad=True)
    options = HeightLossOptions(height=0.0, magnitude=0.0, scale=0.0, direction=1.0)
    losses = height_loss(truth_of(tower)._replace(parts=parts), tower, options)
    losses.total.backward()
    assert parts.grad is not None
    taught = parts.grad[0].norm(dim=0)
    roof, wall = taught[6, 12], taught[11:15, 10:14]
    assert roof > 0.0
    assert wall.min() > WALL_WEIGHT / CLEAR_LEAN_PX * roof
    assert taught[3, 12] == taught[20, 12] == 0.0


def test_parts_learn_no_direction_from_nadir_nor_of_an_unknown_view(batch: HeightBatch) -> None:
    for blind in (
        batch._replace(scale_px_per_m=torch.zeros(2)),
        batch._replace(posed=torch.zeros(2, dtype=torch.bool)),
        batch._replace(valid=torch.zeros_like(batch.valid)),
    ):
        parts = torch.rand(2, 2, 3, 4, requires_grad=True)
        losses = height_loss(truth_of(batch)._replace(parts=parts), blind, HeightLossOptions())
        losses.total.backward()
        assert losses.direction.item() == 0.0
        assert parts.grad is not None
        assert parts.grad.abs().max() == 0.0


def test_a_network_learns_a_scene_by_heart(batch: HeightBatch) -> None:
    torch.manual_seed(0)
    network = CompactGeopose(
        CompactGeoposeConfig(
            stem=8, widths=(8, 8, 8, 8), blocks=(1, 1, 1), dilations=(1,), decoder=(8, 8, 8, 8), head=8
        )
    )
    rows = torch.linspace(0.0, 20.0, 32)
    scene = batch._replace(
        image=torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(1)),
        height_m=torch.stack([rows[:, None].expand(32, 32), rows.expand(32, 32)])[:, None],
        valid=torch.ones(2, 1, 32, 32, dtype=torch.bool),
    )
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-2)
    history = []
    for _ in range(40):
        optimiser.zero_grad()
        losses = height_loss(network(scene.image, scene.m_per_px), scene, HeightLossOptions())
        losses.total.backward()
        optimiser.step()
        history.append(losses.total.item())
    assert min(history[-5:]) < 0.2 * history[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"errors": "absolute"}, "errors = 'absolute': give one of squared, robust, r2"),
        ({"scale": -1.0}, "scale = -1.0: give a number of at least 0"),
        ({"ridge_m2": 0.0}, "ridge_m2 = 0.0: give a number above 0"),
        ({"height_limit_m": float("nan")}, "height_limit_m = nan"),
    ],
)
def test_options_without_sense_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        replace(HeightLossOptions(), **change)
