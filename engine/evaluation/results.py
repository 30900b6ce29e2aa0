"""What an evaluation finds: scores of one tile, the pieces of road behind them, and all tiles together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.evaluation.measures.apls import AplsScore
from engine.evaluation.measures.buffer import BufferScore
from engine.evaluation.measures.differences import Differences
from engine.evaluation.measures.height_profile import HeightProfile
from engine.evaluation.measures.junctions import JunctionScore
from engine.evaluation.measures.levels import LevelScore
from engine.evaluation.measures.topo import TopoScore
from engine.evaluation.pairs.height_files import HeightFiles
from engine.raster.grid import Grid


@dataclass(frozen=True, slots=True)
class RoadScores:
    """Every measure of one tile; None where a measure is not defined on it.

    Attributes:
        topo: None where no true road is long enough to start from.
        proposal_precision: Share of the prediction confirmed by the truth, walked from everywhere on the
            prediction: ``topo`` with the roles exchanged, so that isolated false roads cost something.
        apls: Sat2Graph's variant; None where the truth has no route of the least length.
        apls_spacenet: SpaceNet's variant.
        coverage: Lengths within a buffer.
        junctions: Junctions and ends found again.
        levels: Crossings on several levels; None where the truth knows of none.
    """

    topo: TopoScore | None
    proposal_precision: float | None
    apls: AplsScore | None
    apls_spacenet: AplsScore | None
    coverage: BufferScore
    junctions: JunctionScore
    levels: LevelScore | None


@dataclass(frozen=True, slots=True, eq=False)
class TileResult:
    """What is known of one pair of graphs.

    Attributes:
        name: Of the pair.
        scores: None where the truth has no road in the compared area; ``note`` says so.
        note: What a reader should know; empty as a rule.
        differences: The pieces behind the scores.
        grid: Pixels of 1 m: places the (row, col) metres on the ground, or in local metres.
        size_m: Height and width of the compared rectangle.
        image: Raster to show below the roads, if there is one.
        m_per_px: Where the metres are pixels of the image, scaled: their size. None = they lie elsewhere.
    """

    name: str
    scores: RoadScores | None
    note: str
    differences: Differences
    grid: Grid
    size_m: tuple[float, float]
    image: Path | None = None
    m_per_px: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """All tiles, and their figures by name.

    Attributes:
        tiles: In the order of their names.
        figures: Figures of each tile by name, in the order of ``tiles``; None where not defined.
        overall: Figures of all tiles together, by name.
        settings: What the figures depend on, as JSON values.
        provenance: Inputs and versions, as JSON values.
    """

    tiles: Sequence[TileResult]
    figures: Sequence[Mapping[str, float | None]]
    overall: Mapping[str, float | None]
    settings: Mapping[str, object] = field(default_factory=dict)
    provenance: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class HeightEvaluation:
    """Heights and views of images, and their figures by name.

    Attributes:
        images: Figures of each image that is predicted, by its name.
        cities: Figures of each city, by its name; of rasters of no city, those of all.
        missing: Names of images that are not predicted.
        overall: Figures of all cities together.
        profiles: How the heights of each city lie beside the true ones, by the names of ``cities``.
        files: Where each image of ``images`` comes from.
        notes: What there is to know about single images, by their names.
        provenance: Inputs and versions, as JSON values.
    """

    images: Mapping[str, Mapping[str, float | None]]
    cities: Mapping[str, Mapping[str, float | None]]
    missing: Sequence[str]
    overall: Mapping[str, float | None]
    profiles: Mapping[str, HeightProfile] = field(default_factory=dict)
    files: Mapping[str, HeightFiles] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, object] = field(default_factory=dict)

    @property
    def profile(self) -> HeightProfile:
        """How the heights of all cities together lie beside the true ones."""
        total = HeightProfile()
        for profile in self.profiles.values():
            total = total.plus(profile)
        return total
