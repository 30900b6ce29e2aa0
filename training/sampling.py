"""Where crops are taken: anywhere, and at the places that networks find hard."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.frames import RowCol
from engine.roads.densify import find_crossings
from engine.roads.graph import RoadGraph
from training.config import RunOptions, SamplingOptions, TrainingError

Images_co = TypeVar("Images_co", covariant=True)

Kind = Literal["junctions", "parallels", "overpasses"]
KINDS: tuple[Kind, ...] = ("junctions", "parallels", "overpasses")

PARALLEL_PX = 20.0
"""Roads side by side are at most this far apart (published)."""

PARALLEL_COS = 0.985
"""Roads side by side differ in direction by at most 10° (published)."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Positions, each (N, 2) row and col, at which crops of one image may be centred.

    Attributes:
        junctions: Junctions of more than four roads.
        parallels: Middles of edges beside which another road runs.
        overpasses: Crossings without a shared vertex.
    """

    junctions: NDArray[np.float64]
    parallels: NDArray[np.float64]
    overpasses: NDArray[np.float64]


def _find_parallels(graph: RoadGraph[RowCol]) -> NDArray[np.float64]:
    """(N, 2) middles of edges with a neighbour of like direction that is not joined to them."""
    lengths = graph.edge_lengths
    sound = np.flatnonzero(lengths > 1e-6)
    if not len(sound):
        return np.empty((0, 2))
    middles = graph.vertices[graph.edges[sound]].mean(axis=1)
    directions = graph.edge_vectors[sound] / lengths[sound, None]
    pairs = cKDTree(middles).query_pairs(PARALLEL_PX, output_type="ndarray")
    cosines = np.abs((directions[pairs[:, 0]] * directions[pairs[:, 1]]).sum(axis=1))
    ends = graph.edges[sound][pairs].reshape(len(pairs), 4)
    apart = (ends[:, [0, 0, 1, 1]] != ends[:, [2, 3, 2, 3]]).all(axis=1)
    # Pieces of one straight road follow each other; roads side by side lie across their direction.
    gap = middles[pairs[:, 1]] - middles[pairs[:, 0]]
    along = np.abs((gap * directions[pairs[:, 0]]).sum(axis=1))
    beside = along < 0.75 * np.hypot(*gap.T)
    chosen = np.unique(pairs[(cosines > PARALLEL_COS) & apart & beside])
    found: NDArray[np.float64] = middles[chosen]
    return found


def find_places(graph: RoadGraph[RowCol]) -> Places:
    """Find the hard places of one image.

    Args:
        graph: Densified graph in the image's pixel frame.
    """
    crossings = find_crossings(graph)[0] if len(graph.edges) else np.empty((0, 2))
    return Places(
        junctions=graph.vertices[graph.degrees > 4], parallels=_find_parallels(graph), overpasses=crossings
    )


def draw_kind(rng: np.random.Generator, options: SamplingOptions) -> Kind | None:
    """Draw which kind of place the next crop is taken at; None for anywhere."""
    shares = np.array([options.uniform, options.junctions, options.parallels, options.overpasses])
    number = int(rng.choice(4, p=shares / shares.sum()))
    return None if number == 0 else KINDS[number - 1]


def draw_centre(
    rng: np.random.Generator, shape: tuple[int, int], side_px: int, place: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Draw the centre of a crop: whole pixels, so that quarter turns need no interpolation.

    Args:
        rng: Source of randomness.
        shape: Height and width of the image.
        side_px: Side of the crop, which stays inside the image as far as it fits.
        place: Row and col that the crop must show; anywhere when absent.

    Returns:
        (2,) row and col.
    """
    limit = np.array(shape, dtype=np.float64)
    margin = np.minimum(side_px / 2, np.floor(limit / 2))
    if place is None:
        centre = rng.integers(margin.astype(int), (limit - margin).astype(int) + 1).astype(np.float64)
    else:
        centre = np.round(place + rng.uniform(-side_px / 4, side_px / 4, size=2))
    clipped: NDArray[np.float64] = np.clip(centre, margin, limit - margin)
    return clipped


def road_px(graph: RoadGraph[RowCol], side_px: int) -> float:
    """Return the pixels of 2-px-wide road of a graph in a crop's frame, to about an edge's length."""
    middles = graph.vertices[graph.edges].mean(axis=1)
    inside = ((middles >= 0) & (middles < side_px)).all(axis=1)
    return 2.0 * float(graph.edge_lengths[inside].sum())


class Supply(Protocol[Images_co]):
    """Where the images of a step come from."""

    def at(self, step: int) -> Images_co:
        """Return the images to draw from at a step; determined by the step alone."""


def find_chances(weights: Iterable[float]) -> NDArray[np.float64]:
    """Turn the weights of sources into chances that sum to 1.

    Args:
        weights: (N,) of the sources.

    Raises:
        TrainingError: A weight is negative or no number, or none is above 0.
    """
    each = np.array(list(weights), dtype=np.float64)
    if not (len(each) and (each >= 0.0).all() and 0.0 < each.sum() < np.inf):
        raise TrainingError("Sources need weights of at least 0, one of them above 0: mend [[sources]].")
    chances: NDArray[np.float64] = each / each.sum()
    return chances


def draw_supplies(
    supplies: Sequence[Supply[Images_co]],
    chances: NDArray[np.float64],
    run: RunOptions,
    *,
    rank: int,
    step: int,
) -> tuple[np.random.Generator, list[Images_co]]:
    """Draw where each crop of a step comes from, by the seed and the step number alone.

    Args:
        supplies: Sources of images.
        chances: (N,) share of crops of each.
        run: Seed, and number of crops.
        rank: Number of this process among several that train together.
        step: Number of the step.

    Returns:
        The generator with which to draw the crops, and the images of each of them.
    """
    rng = np.random.default_rng([run.seed, rank, step])
    numbers = rng.choice(len(supplies), size=run.batch, p=chances)
    return rng, [supplies[int(number)].at(step) for number in numbers]
