import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import KDTree

from engine.networks.candidates import Candidates
from engine.roads.vertices import CERTAIN_PX, find_vertices, merge, suppression_radius_px
from tests.engine.roads.candidate_samples import make_candidates, ridge, shuffled

DEFAULTS = {
    "vertex_threshold": 0.05,
    "edge_threshold": 0.05,
    "nms_radius_px": 8.0,
    "recovery_threshold": 0.1,
}


def lone(positions, probability):
    candidates = make_candidates(positions, 1.0, [[]] * len(positions))
    candidates.vertex_probability[:] = probability
    return candidates


def random_candidates(seed, count=200, side=120.0):
    generator = np.random.default_rng(seed)
    return lone(generator.uniform(0, side, (count, 2)), generator.uniform(0.01, 1, count))


def test_certain_vertices_stay_however_close_junctions_are():
    places = [(10, 10), (10, 12.1), (13, 10), (30, 30)]
    found = find_vertices(lone(places, 1.0), **DEFAULTS)
    assert found.positions.tolist() == sorted(map(list, places))


def test_a_ridge_is_thinned_to_its_strongest_points():
    places = [(10, 10 + 4 * step) for step in range(5)]
    found = find_vertices(lone(places, [0.15, 0.2, 0.12, 0.11, 0.19]), **DEFAULTS)
    assert found.positions[:, 1].tolist() == [14, 26]


def test_a_junction_silences_the_ridge_around_it_but_not_the_reverse():
    found = find_vertices(lone([(10, 10), (10, 15)], [0.9, 0.2]), **DEFAULTS)
    assert found.positions.tolist() == [[10, 10]]
    found = find_vertices(lone([(10, 10), (10, 15)], [0.9, 0.95]), **DEFAULTS)
    assert len(found.positions) == 2


def test_thresholds_are_absolute():
    faint = lone([(10, 10), (40, 40)], [0.04, 0.03])
    assert len(find_vertices(faint, **DEFAULTS).positions) == 0


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_survivors_are_apart_and_everything_else_has_a_stronger_survivor(seed):
    candidates = random_candidates(seed)
    found = find_vertices(candidates, **DEFAULTS)
    radius = suppression_radius_px(candidates.vertex_probability, 8.0)
    tree = KDTree(found.positions)
    for place, probability, reach in zip(
        candidates.positions, candidates.vertex_probability, radius, strict=True
    ):
        near = [
            k for k in tree.query_ball_point(place, reach * (1 - 1e-9)) if found.probability[k] > probability
        ]
        survived = bool((found.positions == place).all(axis=1).any())
        assert survived == (probability >= 0.05 and not near)


@given(st.integers(0, 1000))
@settings(max_examples=10)
def test_the_order_of_candidates_does_not_matter(seed):
    candidates = ridge([(20, 20), (20, 200), (90, 300)], np.random.default_rng(seed))
    mixed = shuffled(candidates, np.random.default_rng(seed + 1))
    one, other = find_vertices(candidates, **DEFAULTS), find_vertices(mixed, **DEFAULTS)
    assert np.array_equal(one.positions, other.positions)
    assert np.array_equal(one.offsets_px, other.offsets_px)
    assert np.array_equal(merge([candidates]).positions, merge([mixed]).positions)


def test_windows_that_share_a_seam_give_each_vertex_once():
    whole = random_candidates(3)
    whole = merge([whole])
    shift = Candidates(whole.positions + 0.4, *(getattr(whole, f) * np.float32(0.9) for f in FIELDS))
    left, right = whole.select(whole.positions[:, 1] < 63), shift.select(whole.positions[:, 1] > 57)
    joined = merge([left, right])
    seam = np.abs(whole.positions[:, 1] - 60) < 3
    assert len(joined) == len(whole)
    assert len(KDTree(joined.positions).query_pairs(CERTAIN_PX)) == 0
    assert {tuple(p) for p in whole.positions[seam]} <= {tuple(p) for p in joined.positions}


FIELDS = ("vertex_probability", "edge_probability", "offsets_px", "road_probability")


def test_merging_nothing_gives_nothing():
    assert len(merge([])) == 0
    assert len(find_vertices(Candidates.empty(), **DEFAULTS).positions) == 0


def test_a_missed_vertex_is_recovered_where_its_neighbours_point():
    arms = [[(1, 20)], [(0, -19)], [(-20, 0.5)]]
    candidates = make_candidates([(50, 30), (50, 70), (70, 50)], 0.4, arms, edge_probability=0.8)
    found = find_vertices(candidates, **DEFAULTS)
    assert found.recovered.tolist() == [False, False, False, True]
    assert found.positions[3] == pytest.approx((50.3, 50.5), abs=0.5)
    assert not found.edge_probability[3].any()


def test_nothing_is_recovered_on_faint_evidence_or_beside_a_vertex():
    faint = make_candidates([(50, 30)], 0.2, [[(0, 20)]], edge_probability=0.3)
    assert not find_vertices(faint, **DEFAULTS).recovered.any()
    near = make_candidates([(50, 30), (50, 46)], 0.9, [[(0, 20)], []])
    assert not find_vertices(near, **DEFAULTS).recovered.any()
    off = find_vertices(
        make_candidates([(50, 30)], 0.9, [[(0, 20)]]), **{**DEFAULTS, "recovery_threshold": np.inf}
    )
    assert len(off.positions) == 1
