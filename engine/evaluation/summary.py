"""Figures by name: those of one tile, and those of all tiles together.

Over tiles TOPO, APLS and the share of routes are means, as the tables of the field have them. Two
habits for TOPO's F1 exist side by side there, which differ by a tenth to a quarter of a point: the
mean of the tiles' F1 (City-Scale), and the F1 of mean precision and mean recall (Sat2Graph; for
SpaceNet without the tiles that have no match at all). All three are given. Lengths and junctions are
added up over the tiles first, so that a large tile counts for more than a small one.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from engine.evaluation.measures.junctions import DEGREES, MatchCounts
from engine.evaluation.measures.levels import LevelScore
from engine.evaluation.results import TileResult

Figures = dict[str, float | None]

_M_PER_KM = 1000.0

_MEANS = (
    "topo_precision",
    "topo_recall",
    "topo_f1",
    "proposal_precision",
    "apls",
    "apls_truth_to_predicted",
    "apls_predicted_to_truth",
    "apls_spacenet",
    "routes_within_5_percent",
)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _f1(precision: float, recall: float) -> float:
    return 2.0 * precision * recall / (precision + recall) if precision + recall else 0.0


def _walks_and_routes(tile: TileResult) -> Figures:
    """Return what is averaged over tiles."""
    figures: Figures = dict.fromkeys(_MEANS)
    scores = tile.scores
    if scores is None:
        return figures
    figures["proposal_precision"] = scores.proposal_precision
    if scores.topo is not None:
        figures["topo_precision"] = scores.topo.precision
        figures["topo_recall"] = scores.topo.recall
        figures["topo_f1"] = scores.topo.f1
    if scores.apls is not None:
        figures["apls"] = scores.apls.score
        figures["apls_truth_to_predicted"] = scores.apls.truth_to_predicted
        figures["apls_predicted_to_truth"] = scores.apls.predicted_to_truth
        figures["routes_within_5_percent"] = scores.apls.routes_within_5_percent
    if scores.apls_spacenet is not None:
        figures["apls_spacenet"] = scores.apls_spacenet.score
    return figures


def _lengths(tiles: Iterable[TileResult]) -> Figures:
    """Return figures of the lengths of all tiles together."""
    truth = found = predicted = right = 0.0
    for tile in tiles:
        if tile.scores is None:
            # Where no road is, every predicted one is false.
            predicted += sum(
                float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in tile.differences.false
            )
            continue
        cover = tile.scores.coverage
        truth += cover.truth_length
        found += cover.completeness * cover.truth_length
        predicted += cover.predicted_length
        right += cover.correctness * cover.predicted_length
    return {
        "completeness": _ratio(found, truth),
        # An empty prediction earns nothing; where truth is empty too, there is nothing to earn.
        "correctness": _ratio(right, predicted) if predicted or not truth else 0.0,
        "quality": _ratio(right, predicted + truth - found),
        "truth_km": truth / _M_PER_KM,
        "predicted_km": predicted / _M_PER_KM,
    }


def _counts(name: str, each: Sequence[MatchCounts]) -> Figures:
    """Return figures of counts that are added up first; without any, None is known of them."""
    total = MatchCounts(
        true=sum(one.true for one in each),
        predicted=sum(one.predicted for one in each),
        matched=sum(one.matched for one in each),
    )
    return {
        f"{name}_precision": total.precision,
        f"{name}_recall": total.recall,
        f"{name}_f1": total.f1,
        f"{name}_true": float(total.true) if each else None,
        f"{name}_predicted": float(total.predicted) if each else None,
    }


def _places(tiles: Sequence[TileResult]) -> Figures:
    """Return figures of the junctions and ends of all tiles together."""
    scores = [tile.scores.junctions for tile in tiles if tile.scores is not None]
    figures = _counts("junction", scores)
    for number, degree in enumerate(DEGREES):
        name = "end" if degree == 1 else f"degree_{degree}"
        figures |= _counts(name, [score.classes[number] for score in scores])
    return figures


def _levels(tiles: Sequence[TileResult]) -> Figures:
    """Return figures of the stacked roads of all tiles together."""
    scores = [tile.scores.levels for tile in tiles if tile.scores is not None]

    def total(count: Callable[[LevelScore], int]) -> int:
        return sum(count(score) for score in scores if score is not None)

    crossings = total(lambda score: score.crossings)
    return {
        "crossings_apart": _ratio(total(lambda score: score.apart), crossings),
        "level_accuracy": _ratio(total(lambda score: score.right), total(lambda score: score.known)),
        "crossings": float(crossings),
    }


def tile_figures(tile: TileResult) -> Figures:
    """Return the figures of one tile by name; None where a measure is not defined on it."""
    return _walks_and_routes(tile) | _lengths([tile]) | _places([tile]) | _levels([tile])


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def summarise(tiles: Sequence[TileResult]) -> Figures:
    """Return the figures of all tiles together.

    Args:
        tiles: Those without true roads count with their false length alone.

    Returns:
        The names of ``tile_figures``, and ``topo_f1_of_means``, ``topo_f1_of_means_matched`` (without tiles
        whose precision and recall are 0), ``tiles``, and ``tiles_scored`` (those with true roads).
    """
    each = [_walks_and_routes(tile) for tile in tiles]
    figures = {name: _mean(one[name] for one in each) for name in _MEANS}
    walked = [
        (one["topo_precision"] or 0.0, one["topo_recall"] or 0.0)
        for one in each
        if one["topo_f1"] is not None
    ]
    matched = [both for both in walked if sum(both) > 0.0]
    for name, pairs in (("topo_f1_of_means", walked), ("topo_f1_of_means_matched", matched)):
        figures[name] = _f1(*np.mean(pairs, axis=0).tolist()) if pairs else None
    counts: Figures = {
        "tiles": float(len(tiles)),
        "tiles_scored": float(sum(tile.scores is not None for tile in tiles)),
    }
    return figures | _lengths(tiles) | _places(tiles) | _levels(tiles) | counts
