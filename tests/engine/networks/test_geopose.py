"""The reference is the published network; what networks give adds up over tiles as the pose demands."""

from math import atan2

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.heights.flow import flow_px
from engine.heights.pose import Pose, ScaleSums, angle_difference, mean_direction
from engine.networks.compact_geopose import CompactGeopose, CompactGeoposeConfig, GroundSize
from engine.networks.geopose import (
    Geopose,
    GeoposeConfig,
    GeoposeOutput,
    direction_votes,
    geopose_output,
    least_squares_scale,
    scale_sums,
)
from engine.networks.layers import without_norms

TINY = GeoposeConfig(encoder=(4, 4, 8, 8), blocks=(1, 2, 1, 1), decoder=(8, 8, 4, 4, 4))
TINY_COMPACT = CompactGeoposeConfig(
    stem=4, widths=(4, 8, 8, 8), blocks=(1, 1, 1), dilations=(1, 2), decoder=(8, 8, 4, 4), head=8
)
POSE = Pose(angle_rad=2.5, scale_px_per_m=0.4)


def tiny(name: str) -> nn.Module:
    torch.manual_seed(5)
    return Geopose(TINY) if name == "geopose" else CompactGeopose(TINY_COMPACT)


def multiplications(network: nn.Module, side_px: int) -> int:
    """Count those of the convolutions; the network lies on the meta device."""
    counted = 0

    def count(layer: nn.Module, _: object, output: Tensor) -> None:
        nonlocal counted
        counted += layer.weight.numel() * output.shape[2] * output.shape[3]

    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(count)
    image, m_per_px = torch.empty(1, 3, side_px, side_px, device="meta"), torch.ones(1, device="meta")
    network.eval()(image, m_per_px)
    return counted


def tiles() -> tuple[Tensor, Tensor]:
    """Two tiles of heights and flow lengths that agree with POSE, (2, 1, 8, 12) each."""
    height_m = np.random.default_rng(2).uniform(0, 40, (2, 8, 12))
    lengths = [np.hypot(*flow_px(tile, POSE)) for tile in height_m]
    return torch.from_numpy(height_m)[:, None].float(), torch.from_numpy(np.stack(lengths))[:, None].float()


def output_with(height_m: Tensor, direction: list[list[float]]) -> GeoposeOutput:
    return GeoposeOutput(height_m, torch.zeros_like(height_m), torch.tensor(direction))


def test_the_reference_has_the_published_size_and_work() -> None:
    with torch.device("meta"):
        network = Geopose()
    count = sum(parameter.numel() for parameter in network.parameters())
    # 24 436 369 of encoder, decoder and one 3×3 head; 145 of the other head, 1026 of the direction.
    assert count == 24_436_369 + 145 + 1026
    # 250 GFLOP in the usual count of two for each multiplication, which an addition follows.
    assert 2 * multiplications(network, 1024) == pytest.approx(250.3e9, rel=0.001)


def test_the_compact_network_fits_a_plugin_and_a_processor() -> None:
    with torch.device("meta"):
        network = CompactGeopose()
    assert sum(tensor.numel() for tensor in network.state_dict().values()) * 2 <= 8_000_000
    assert sum(parameter.numel() for parameter in network.parameters()) <= 3_900_000
    # In the same count as the reference's 250: what two processor cores do in a fifth of a second.
    assert 2 * multiplications(network, 1024) == pytest.approx(91.2e9, rel=0.001)


@pytest.mark.parametrize("name", ["geopose", "compact-geopose"])
@pytest.mark.parametrize("shape", [(1, 32, 96), (2, 64, 32)])
def test_any_multiple_of_32_gets_heights_and_a_view(name: str, shape: tuple[int, int, int]) -> None:
    batch, height, width = shape
    with torch.inference_mode():
        output = tiny(name).eval()(torch.randn(batch, 3, height, width), torch.full((batch,), 0.5))
    assert output.height_m.shape == output.magnitude_px.shape == (batch, 1, height, width)
    assert output.direction.shape == (batch, 2)


@pytest.mark.parametrize("name", ["geopose", "compact-geopose"])
def test_heights_are_cut_off_at_the_ground_in_use_only(name: str) -> None:
    network, image, m_per_px = tiny(name), torch.randn(2, 3, 64, 64), torch.ones(2)
    with torch.no_grad():
        network.surface.bias.zero_()
        network.surface.weight.normal_()
        assert network.train()(image, m_per_px).height_m.min() < 0.0
        used = network.eval()(image, m_per_px)
    assert used.height_m.min() == 0.0
    assert used.height_m.max() > 0.0
    assert used.magnitude_px.min() < 0.0


@pytest.mark.parametrize("name", ["geopose", "compact-geopose"])
def test_every_parameter_learns(name: str) -> None:
    network = tiny(name).train()
    if isinstance(network, CompactGeopose):
        nn.init.normal_(network.ground_size.change.weight)  # it starts closed
    output = network(torch.randn(4, 3, 64, 64), torch.tensor([0.3, 0.5, 0.7, 1.0]))
    sums = scale_sums(output.height_m, output.magnitude_px)
    (least_squares_scale(sums).square().sum() + output.direction.square().sum()).backward()
    for part, parameter in network.named_parameters():
        assert parameter.grad is not None, part
        assert torch.isfinite(parameter.grad).all(), part


@pytest.mark.parametrize("name", ["geopose", "compact-geopose"])
def test_norms_can_be_drawn_into_the_convolutions(name: str) -> None:
    network, image, m_per_px = tiny(name).train(), torch.randn(4, 3, 64, 64), torch.full((4,), 0.4)
    with torch.no_grad():
        network(image, m_per_px)  # moves the running statistics away from their start
        drawn = without_norms(network.eval())
        assert not any(isinstance(module, nn.BatchNorm2d) for module in drawn.modules())
        for ours, theirs in zip(drawn(image, m_per_px)[:3], network(image, m_per_px)[:3], strict=True):
            assert torch.allclose(ours, theirs, atol=1e-4)


def test_the_same_picture_of_a_town_twice_the_size_is_twice_as_high() -> None:
    """Until it has learned what has a size of its own, such as cars."""
    network, image = tiny("compact-geopose").eval(), torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        small, large = (network(image, torch.tensor([m_per_px])) for m_per_px in (0.35, 0.7))
    assert small.height_m.max() > 0.0
    assert torch.allclose(large.height_m, 2.0 * small.height_m)
    assert torch.equal(large.magnitude_px, small.magnitude_px)
    assert torch.allclose(large.direction, small.direction, atol=1e-6)
    assert torch.equal(large.parts, small.parts)


def test_ground_sizes_change_nothing_before_training() -> None:
    features = torch.rand(2, 6, 3, 3)
    assert torch.equal(GroundSize(6)(features, torch.tensor([0.1, 30.0])), features)


def test_the_reference_draws_its_direction_without_some_features_in_training_only() -> None:
    network, image, m_per_px = tiny("geopose"), torch.randn(2, 3, 64, 64), torch.ones(2)
    with torch.no_grad():
        dropped = [network.train()(image, m_per_px).direction for _ in range(4)]
        used = [network.eval()(image, m_per_px).direction for _ in range(2)]
    assert any(not torch.equal(dropped[0], other) for other in dropped[1:])
    assert torch.equal(*used)


def test_the_network_can_learn_what_a_ground_size_means() -> None:
    network, image = tiny("compact-geopose").eval(), torch.randn(1, 3, 64, 64)
    nn.init.normal_(network.ground_size.change.weight)
    with torch.inference_mode():
        fine, coarse = (network(image, torch.tensor([m_per_px])) for m_per_px in (0.3, 1.2))
    assert not torch.allclose(fine.parts, coarse.parts)
    assert not torch.allclose(fine.magnitude_px, coarse.magnitude_px)


def test_sums_for_the_scale_are_those_of_the_pose() -> None:
    height_m, magnitude_px = tiles()
    magnitude_px = magnitude_px + torch.randn(magnitude_px.shape, generator=torch.Generator().manual_seed(1))
    pooled = ScaleSums()
    for height, magnitude, (hm, hh) in zip(
        height_m, magnitude_px, scale_sums(height_m, magnitude_px).tolist(), strict=True
    ):
        ours, theirs = ScaleSums(hm, hh), ScaleSums.of(height.numpy(), magnitude.numpy())
        assert ours.hm == pytest.approx(theirs.hm, rel=1e-12)
        assert ours.hh == pytest.approx(theirs.hh, rel=1e-12)
        pooled = pooled.plus(ours)
    whole = ScaleSums.of(height_m.numpy(), magnitude_px.numpy())
    assert pooled.slope() == pytest.approx(whole.slope(), rel=1e-12)


def test_the_scale_is_that_of_the_view_wherever_pixels_count() -> None:
    height_m, magnitude_px = tiles()
    valid = torch.ones_like(height_m, dtype=torch.bool)
    valid[:, :, :, 5:] = False
    magnitude_px[:, :, :, 5:] = 1e6
    height_m[:, :, :, 11] = torch.nan
    sums = scale_sums(height_m, magnitude_px, valid)
    assert least_squares_scale(sums, 0.0).tolist() == pytest.approx([POSE.scale_px_per_m] * 2, rel=1e-6)
    for scale, (hm, hh) in zip(least_squares_scale(sums).tolist(), sums.tolist(), strict=True):
        assert scale == pytest.approx(ScaleSums(hm, hh).benchmark_slope(), rel=1e-12)


def test_nothing_counted_gives_scale_zero_and_no_vote() -> None:
    height_m, magnitude_px = tiles()
    nowhere = torch.zeros_like(height_m, dtype=torch.bool)
    assert least_squares_scale(scale_sums(height_m, magnitude_px, nowhere)).tolist() == [0.0, 0.0]
    assert direction_votes(output_with(height_m, [[1.0, 0.0], [0.0, 1.0]]), nowhere).abs().max() == 0.0


def test_votes_of_tiles_give_the_direction_of_the_scene() -> None:
    height_m, _ = tiles()
    row, col = POSE.direction.tolist()
    votes = direction_votes(output_with(height_m, [[row, col], [0.3 * row, 0.3 * col]]))
    direction = mean_direction(votes.numpy())
    assert direction is not None
    assert angle_difference(atan2(direction[1], direction[0]), POSE.angle_rad) == pytest.approx(0, abs=1e-6)
    # The second tile counts less: its network was less sure.
    assert votes.norm(dim=1)[1].item() == pytest.approx(0.3 * height_m[1].sum().item(), rel=1e-5)
    # Nor does ground that a network in training sees below zero take votes away.
    height_m[0, 0, :, 3] = -50.0
    sunk = direction_votes(output_with(height_m, [[row, col], [row, col]]))[0]
    assert sunk.norm().item() == pytest.approx(height_m[0].clamp_min(0.0).sum().item(), rel=1e-5)


def test_parts_of_a_tile_count_by_the_heights_in_them() -> None:
    height_m = torch.zeros(1, 1, 8, 8)
    height_m[:, :, :4, :4] = 30.0
    height_m[:, :, 4:, 4:] = 10.0
    parts = torch.zeros(1, 2, 2, 2)
    parts[0, :, 0, 0] = torch.tensor([0.0, 1.0])
    parts[0, :, 1, 1] = torch.tensor([1.0, 0.0])
    parts[0, :, 0, 1] = torch.tensor([-1.0, -1.0])  # nothing stands there
    output = geopose_output(torch.cat([height_m, height_m], dim=1), parts, training=False)
    assert output.direction[0].tolist() == pytest.approx([0.25, 0.75])
    assert direction_votes(output)[0].tolist() == pytest.approx([16 * 10.0, 16 * 30.0])
    # Tiles of a scene add up to what the scene says, whatever part of each is counted.
    upper = torch.zeros_like(height_m, dtype=torch.bool)
    upper[:, :, :3] = True
    halves = direction_votes(output, upper) + direction_votes(output, ~upper)
    assert torch.allclose(halves, direction_votes(output))


def test_flat_parts_have_no_direction() -> None:
    output = geopose_output(torch.zeros(1, 2, 8, 8), torch.ones(1, 2, 2, 2), training=False)
    assert output.direction.tolist() == [[0.0, 0.0]]
    assert direction_votes(output).tolist() == [[0.0, 0.0]]


def test_high_tiles_outvote_flat_ones_and_no_direction_counts_more_than_one() -> None:
    high, flat = torch.full((1, 8, 8), 20.0), torch.full((1, 8, 8), 0.1)
    votes = direction_votes(output_with(torch.stack([high, flat]), [[0.0, 1.0], [9.0, 0.0]]))
    assert torch.allclose(votes, torch.tensor([[0.0, 64 * 20.0], [64 * 0.1, 0.0]], dtype=torch.float64))
    direction = mean_direction(votes.numpy())
    assert direction is not None
    assert direction == pytest.approx([0.0, 1.0], abs=0.01)
