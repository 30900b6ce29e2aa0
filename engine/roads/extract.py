"""The corridor: from a raster to its road graph, in the order the method is told."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import WeightsError
from engine.frames import RowCol
from engine.networks.candidates import Candidates
from engine.networks.card import WeightsCard
from engine.networks.layout import STRIDE_PX
from engine.networks.predict import RoadPredictor
from engine.networks.warm import Networks, Ready
from engine.networks.weights import DEFAULT_ROADS
from engine.progress import Progress, Silent
from engine.raster.crs import reproject_points
from engine.raster.grid import Grid
from engine.raster.reader import Pixels, RasterOptions, RasterReader, open_raster
from engine.raster.windows import Tile, tile
from engine.roads.clip import clip_graph
from engine.roads.decode import DecodeOptions, decode
from engine.roads.georeference import coordinate_decimals
from engine.roads.graph import RoadGraph
from engine.roads.kept import KeptBlocks
from engine.roads.refine import RasterBorder
from engine.roads.vertices import merge
from engine.version import VERSION

_DECODING = DecodeOptions()

_FOOTPRINT_POINTS = 16
"""Points along each side of the footprint: straight sides bend in another system."""

SEAM_PX = 3.0
"""Windows hand on candidates this far beyond their core; duplicates are joined afterwards."""


@dataclass(frozen=True, slots=True)
class RoadOptions:
    """How to extract roads; lengths in metres on the ground.

    Attributes:
        weights: Name of shipped weights, or a path to a file.
        device: "auto", "cpu" or "cuda".
        raster: Bands, extent and, for files without a reference system, ground resolution.
        min_confidence: Edges below this confidence (0-1) are dropped; None = as the weights' card says.
        simplify_m: Tolerance of the line simplification; 2.5 m is the published value.
        spur_m: Dead ends shorter than this are dropped.
        min_component_m: Isolated pieces of network shorter than this are dropped.
        core_px: Largest side of a window's core, on the network's grid.
        margin_px: What a window sees beyond its core, for context.
        windows_per_block: Windows predicted and kept together; the graph does not depend on it.
    """

    weights: str = DEFAULT_ROADS
    device: str = "auto"
    raster: RasterOptions = field(default_factory=RasterOptions)
    min_confidence: float | None = None
    simplify_m: float = _DECODING.simplify_px
    spur_m: float = _DECODING.spur_px
    min_component_m: float = _DECODING.min_component_px
    core_px: int = 1024
    margin_px: int = 64
    windows_per_block: int = 4


@dataclass(frozen=True, slots=True, eq=False)
class Extraction:
    """A raster's road graph and where it came from.

    Attributes:
        graph: In pixels of ``grid``.
        grid: The network's metric grid.
        source_grid: The raster's own grid; its reference system is the output's.
        provenance: Weights, parameters, versions and source, as JSON values.
    """

    graph: RoadGraph[RowCol]
    grid: Grid
    source_grid: Grid
    provenance: dict[str, Any]


def _within_core(candidates: Candidates, place: Tile) -> Candidates:
    """Move candidates from a window's frame to the grid's; keep those in the core and its seam."""
    core, window = place.core, place.window
    positions = candidates.positions + np.array([window.row, window.col])
    low = np.array([core.row, core.col]) - SEAM_PX
    high = np.array([core.row + core.height, core.col + core.width]) + SEAM_PX
    inside = ((positions >= low) & (positions < high)).all(axis=1)
    return replace(candidates, positions=positions).select(inside)


def _predict(reader: RasterReader, predictor: RoadPredictor, block: Sequence[Tile]) -> Candidates:
    """Read and predict the windows of a block; windows without a valid pixel cost nothing."""
    first_row, first_col = reader.grid.origin_px
    alike: dict[tuple[int, ...], list[tuple[Tile, Pixels]]] = defaultdict(list)
    for place in block:
        pixels = reader.read(place.window)
        if pixels.valid.any():
            phase = (first_row + place.window.row) % STRIDE_PX, (first_col + place.window.col) % STRIDE_PX
            alike[*phase, *pixels.valid.shape].append((place, pixels))
    found = [Candidates.empty()]
    for (row, col, *_), group in alike.items():
        results = predictor.predict(
            [pixels.rgb for _, pixels in group], [pixels.valid for _, pixels in group], phase_px=(row, col)
        )
        found += [_within_core(result, place) for result, (place, _) in zip(results, group, strict=True)]
    return Candidates.concatenate(found)


def _candidates(
    reader: RasterReader,
    predictor: RoadPredictor,
    options: RoadOptions,
    kept: KeptBlocks | None,
    progress: Progress,
) -> Iterator[Candidates]:
    """Yield the candidates of every block: kept ones as they are, the others predicted and kept."""
    places = tile(
        reader.grid.height,
        reader.grid.width,
        core_px=options.core_px,
        margin_px=options.margin_px,
        stride_px=STRIDE_PX,
        origin_px=reader.grid.origin_px,
    )
    starts = range(0, len(places), options.windows_per_block)
    for number, start in enumerate(starts):
        progress.report(number, len(starts), "reading and predicting")
        candidates = kept.load(number) if kept else None
        if candidates is None:
            candidates = _predict(reader, predictor, places[start : start + options.windows_per_block])
            if kept:
                kept.save(number, candidates)
        yield candidates
    progress.report(len(starts), len(starts), "decoding")


def _job(
    path: str, reader: RasterReader, network: Ready[RoadPredictor], options: RoadOptions
) -> dict[str, Any]:
    """Describe everything that the candidates depend on."""
    source = Path(path)
    stat = source.stat() if source.is_file() else None
    return {
        "version": VERSION,
        "source": str(source.resolve()) if stat else path,
        "source_bytes": stat.st_size if stat else None,
        "source_modified_ns": stat.st_mtime_ns if stat else None,
        "grid": [reader.grid.height, reader.grid.width, *reader.grid.transform, reader.grid.crs],
        "bands": list(options.raster.bands or ()),
        "weights": network.sha256,
        # A graphics card rounds otherwise than a processor: a graph is made on one of them.
        "device": f"{network.device.torch_device.type} {network.device.dtype}",
        "windows": [options.core_px, options.margin_px, options.windows_per_block],
    }


def decode_options(options: RoadOptions, card: WeightsCard, m_per_px: float) -> DecodeOptions:
    """Express the options' lengths in pixels of the network's grid; thresholds are the weights' own.

    Raises:
        WeightsError: The card names a threshold that the decoder does not have.
    """
    unknown = set(card.thresholds) - {each.name for each in fields(DecodeOptions)}
    if unknown:
        raise WeightsError(
            f"The card of {card.name} names {', '.join(sorted(unknown))}, which this version's decoder does "
            "not know: update Plumbline, or export the weights again."
        )
    changes: dict[str, Any] = dict(card.thresholds)
    changes["simplify_px"] = options.simplify_m / m_per_px
    changes["spur_px"] = options.spur_m / m_per_px
    changes["min_component_px"] = options.min_component_m / m_per_px
    if options.min_confidence is not None:
        changes["min_confidence"] = options.min_confidence
    return replace(_DECODING, **changes)


def _footprint(grid: Grid, source: Grid) -> list[list[float]] | None:
    """Draw the border of the grid in the raster's system, rounded: where roads were looked for.

    Returns:
        Corners and points between them, (x, y) each; None where the border has no place in that system.
    """
    share = np.linspace(0.0, 1.0, _FOOTPRINT_POINTS, endpoint=False)[:, None]
    corners = np.array([(0, 0), (grid.height, 0), (grid.height, grid.width), (0, grid.width)], dtype=float)
    sides = [a + share * (b - a) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)]
    ring = grid.to_ground(np.concatenate(sides))
    moved = reproject_points(ring, grid.crs, source.crs, near_x=source.centre[0])
    if not np.isfinite(moved).all():
        return None
    rounded: list[list[float]] = np.round(moved, coordinate_decimals(source.crs)).tolist()
    return rounded


def extract(
    path: str,
    options: RoadOptions,
    *,
    kept: KeptBlocks | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    networks: Networks | None = None,
) -> Extraction:
    """Extract the road graph of a raster.

    The raster is read window by window, predicted, and reduced to candidate vertices at once; only
    those are held for the whole raster (96 bytes each). So memory is bounded by one window of
    the network plus the graph.

    Args:
        path: Anything GDAL opens.
        options: How to do it.
        kept: Where finished blocks are kept; nowhere when absent.
        resume: Whether to use blocks kept by an earlier run.
        progress: Receives the state after each block, and may cancel.
        networks: Where the network comes from; loaded anew when absent.

    Raises:
        RasterError: The raster cannot be opened, placed or read.
        WeightsError: The weights cannot be used.
        DeviceError: The device is absent or too small.
        ResumeError: ``kept`` holds another job's blocks.
        OutputError: Blocks cannot be kept.
        Cancelled: The progress asked to stop.
    """
    progress = progress or Silent()
    network = (networks or Networks()).ready(RoadPredictor, options.weights, options.device)
    card = network.card
    progress.log(f"Weights {card.name}, device {network.device.description}")
    with open_raster(path, m_per_px=card.m_per_px, options=options.raster) as reader:
        job = _job(path, reader, network, options)
        if kept:
            kept.start(job, resume=resume)
        grid = reader.grid
        candidates = merge(list(_candidates(reader, network.predictor, options, kept, progress)))
        settings = decode_options(options, card, grid.m_per_px)
        graph = decode(candidates, settings, border=RasterBorder(grid.height, grid.width))
        # Vectors at the border tell of roads beyond it, which nobody has seen.
        graph = clip_graph(graph, grid.height, grid.width)
    provenance = {
        **{key: job[key] for key in ("version", "source", "bands")},
        "weights": card.name,
        "weights_sha256": network.sha256,
        "device": network.device.description,
        "m_per_px": grid.m_per_px,
        "footprint": _footprint(grid, reader.source_grid),
        "parameters": asdict(options),
        "decoding": asdict(settings),
    }
    return Extraction(graph, grid, reader.source_grid, provenance)
