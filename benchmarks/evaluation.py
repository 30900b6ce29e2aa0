"""What it costs to compare two road graphs, and where the time goes."""

import cProfile
import os
import pstats
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np

from benchmarks.table import Table, peak_memory_bytes, timed
from engine.evaluation.measures.apls import AplsOptions, apls
from engine.evaluation.measures.apls_spacenet import apls_spacenet
from engine.evaluation.measures.topo import proposal_precision, topo
from engine.frames import RowCol
from engine.roads.densify import densify
from engine.roads.graph import RoadGraph
from engine.roads.research_formats import read_pickle_graph
from training.scenes.options import SceneOptions
from training.scenes.scene import render_scene

_SIDE_PX = 1024
_STEPS = {
    "walks": "drop_marbles",
    "matching": "_shares",
    "chains": "find_chains",
    "routes": "route_lengths",
}
"""Functions whose time, with all that they call, is shown; the steps do not overlap."""


def _data_folder() -> Path:
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("PLUMBLINE_DATA", beside))


def _shares(work: Callable[[], object]) -> str:
    """Say which share of the time goes into which step."""
    profile = cProfile.Profile()
    profile.runcall(work)
    stats = pstats.Stats(profile).get_stats_profile()
    return ", ".join(
        f"{step} {stats.func_profiles[name].cumtime / stats.total_tt:.0%}"
        for step, name in _STEPS.items()
        if name in stats.func_profiles
    )


def _worse(truth: RoadGraph[RowCol], seed: int = 1) -> RoadGraph[RowCol]:
    """Return a prediction: a tenth of the edges lost, vertices off by 1.5 px."""
    rng = np.random.default_rng(seed)
    kept = truth.with_edges(rng.random(len(truth.edges)) > 0.1)
    return type(truth).build(truth.vertices + rng.normal(0.0, 1.5, truth.vertices.shape), kept.edges)


def _bench_pair(
    table: Table,
    name: str,
    truth: RoadGraph[RowCol],
    predicted: RoadGraph[RowCol],
    options: AplsOptions,
    *,
    originals: tuple[str, str] = ("", ""),
) -> None:
    """Measure one pair; each measure runs once before, so that loading libraries is not counted."""
    walks, routes = topo(truth, predicted), apls(truth, predicted, options)
    spacenet, confirmed = apls_spacenet(truth, predicted), proposal_precision(truth, predicted)
    seconds = timed(lambda: topo(truth, predicted), 3)
    note = f"P {walks.precision:.4f} R {walks.recall:.4f}{originals[0]}"
    table.row(f"TOPO, {name}", seconds, f"{note}; {_shares(lambda: topo(truth, predicted))}")
    seconds = timed(lambda: proposal_precision(truth, predicted), 3)
    table.row(f"precision from the proposal, {name}", seconds, f"{confirmed:.4f}")
    seconds = timed(lambda: apls(truth, predicted, options), 3)
    note = f"{routes.score:.4f}{originals[1]}"
    table.row(f"APLS, {name}", seconds, f"{note}; {_shares(lambda: apls(truth, predicted, options))}")
    seconds = timed(lambda: apls_spacenet(truth, predicted), 3)
    note = f"{spacenet.score:.4f}; {_shares(lambda: apls_spacenet(truth, predicted))}"
    table.row(f"SpaceNet APLS, {name}", seconds, note)


def _bench_example(table: Table) -> None:
    """Measure the published example pair, beside the originals' times on two cores."""
    folder = _data_folder() / "metrics" / "sat2graph_example"
    if not folder.is_dir():
        click.echo(f"the example pair is absent: {folder} (set PLUMBLINE_DATA)")
        return
    truth, predicted = (read_pickle_graph(folder / name) for name in ("gt.p", "prop.p"))
    before_bytes = peak_memory_bytes()
    originals = (", original 303 s", ", original 216 s")
    _bench_pair(table, "example pair", truth, predicted, AplsOptions(), originals=originals)
    peak_bytes = peak_memory_bytes()
    click.echo(
        f"most memory held so far: {peak_bytes / 1e9:.2f} GB, of which the example pair added "
        f"{(peak_bytes - before_bytes) / 1e6:.0f} MB"
    )


def bench_evaluation(table: Table) -> None:
    """Measure TOPO and both APLS on the published example pair, where it is there, and on a scene.

    The scene's roads are the truth; the prediction is the same with edges lost and vertices moved.

    Args:
        table: Where the rows go. To see what memory the measures hold, call this before what holds more.
    """
    _bench_example(table)
    truth = densify(render_scene(SceneOptions(seed=7, height_px=_SIDE_PX, width_px=_SIDE_PX)).graph)
    options = AplsOptions(tile_m=(float(_SIDE_PX), float(_SIDE_PX)))
    _bench_pair(table, f"scene of {_SIDE_PX}²", truth, _worse(truth), options)
