"""What each request stands for: a job of the library, and its result in names and numbers."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from engine.doctor import examine, try_networks
from engine.evaluation.heights import evaluate_heights
from engine.evaluation.roads import evaluate_roads
from engine.heights.buildings.footprints import measure_footprints
from engine.heights.nadir.files import RectifiedFiles, rectify_to_files
from engine.heights.run import estimate_to_files
from engine.heights.tags import HeightTags
from engine.heights.view import View
from engine.networks.device import release_memory
from engine.networks.warm import Networks
from engine.progress import Progress
from engine.roads.convert import convert_file
from engine.roads.run import extract_to_file
from engine.roads.summary import NetworkSummary, summarise
from engine.service import comparisons, options
from engine.service.limits import check
from engine.service.protocol import Result
from engine.service.requests import (
    EstimateHeights,
    EvaluateHeights,
    EvaluateRoads,
    Examine,
    ExtractRoads,
    MaskToGraph,
    MoveFootprints,
    Rectify,
    Request,
)

_MOST_WARM = 3
"""Networks kept: one for roads, one for heights, one of the user's own."""


class Jobs:
    """Carries out requests; networks stay ready from one to the next."""

    def __init__(self) -> None:
        self._networks = Networks(_MOST_WARM)

    def __call__(self, request: Request, progress: Progress) -> Result:  # noqa: PLR0911 - one each
        """Carry out a request.

        Raises:
            EngineError: It cannot be done as asked.
            Cancelled: The progress asked to stop.
        """
        check(request)
        match request:
            case ExtractRoads():
                return _extract_roads(request, progress, self._networks)
            case EstimateHeights():
                return _estimate_heights(request, progress, self._networks)
            case Rectify():
                return _rectify(request, progress)
            case MoveFootprints():
                return _move_footprints(request, progress)
            case EvaluateRoads():
                return _evaluate_roads(request, progress)
            case EvaluateHeights():
                return _evaluate_heights(request, progress)
            case MaskToGraph():
                return _mask_to_graph(request)
            case Examine():
                return _examine(request, self._networks)
            case _:
                raise NotImplementedError(type(request).__name__)

    def release(self) -> None:
        """Give back memory after a request that was stopped or has failed; networks stay."""
        release_memory()


def _result(
    request: Request,
    outputs: tuple[str, ...],
    figures: Mapping[str, float | None],
    facts: Mapping[str, str | None] | None = None,
) -> Result:
    """Put a result together.

    Args:
        request: What was asked.
        outputs: Parameters of it that name files to write; those that are absent are passed over.
        figures: Numbers; such as are not finite mean nothing.
        facts: Words; those that are absent are passed over.
    """
    wanted = {name: getattr(request, name) for name in outputs}
    return Result(
        files={name: path for name, path in wanted.items() if path is not None},
        figures={
            name: None if value is None or not math.isfinite(value) else float(value)
            for name, value in figures.items()
        },
        facts={name: value for name, value in (facts or {}).items() if value is not None},
    )


def _extract_roads(request: ExtractRoads, progress: Progress, networks: Networks) -> Result:
    found = extract_to_file(
        request.raster,
        Path(request.output),
        options.road_options(request),
        preview=options.path_of(request.preview),
        # What nobody will continue would only lie about.
        resume=True if request.resume else None,
        progress=progress,
        networks=networks,
    )
    facts = {"weights": found.weights, "device": found.device}
    return _result(request, ("output", "preview"), _of_network(found.summary), facts)


def _of_network(summary: NetworkSummary) -> dict[str, float | None]:
    return asdict(summary)


def _estimate_heights(request: EstimateHeights, progress: Progress, networks: Networks) -> Result:
    found = estimate_to_files(
        request.raster,
        options.height_products(request),
        options.height_options(request),
        known=options.known_heights(request),
        progress=progress,
        networks=networks,
    )
    figures = {**_of_view(found.tags), "height_max_m": found.highest_m, "height_mean_m": found.mean_m}
    facts = {"weights": found.tags.weights, "device": found.device, "view_source": found.tags.view}
    return _result(request, ("output", "rectified", "rectified_rgb", "flow", "preview"), figures, facts)


def _of_view(tags: HeightTags) -> dict[str, float | None]:
    return {
        "angle_rad": tags.pose.angle_rad,
        "scale_px_per_m": tags.pose.scale_px_per_m,
        "azimuth_deg": tags.azimuth_deg,
        "off_nadir_deg": tags.off_nadir_deg,
    }


def _rectify(request: Rectify, progress: Progress) -> Result:
    found = rectify_to_files(
        request.raster,
        Path(request.heights),
        RectifiedFiles(Path(request.output), options.path_of(request.rectified_heights)),
        view=View(request.azimuth_deg, request.off_nadir_deg, "options"),
        bands=request.bands,
        on_ground=request.heights_at == "ground",
        progress=progress,
    )
    figures = {"hidden_share": found.ground.hidden_share, **_of_view(found.seen)}
    return _result(request, ("output", "rectified_heights"), figures, {"view_source": found.seen.view})


def _move_footprints(request: MoveFootprints, progress: Progress) -> Result:
    found = measure_footprints(
        request.polygons,
        request.heights,
        Path(request.output),
        options.footprint_options(request),
        progress=progress,
    )
    figures = {"polygons": found.polygons, "known": found.known, "volume_m3": found.volume_m3}
    return _result(request, ("output",), figures)


def _evaluate_roads(request: EvaluateRoads, progress: Progress) -> Result:
    found = evaluate_roads(
        comparisons.road_inputs(request),
        comparisons.road_measures(request),
        comparisons.road_outputs(request),
        progress=progress,
    )
    for tile in found.tiles:
        if tile.note:
            progress.log(f"{tile.name}: {tile.note}")
    return _result(request, ("layers", "picture", "report"), found.overall)


def _evaluate_heights(request: EvaluateHeights, progress: Progress) -> Result:
    found = evaluate_heights(
        Path(request.predicted),
        Path(request.truth),
        comparisons.height_comparison(request),
        comparisons.height_outputs(request),
        progress=progress,
    )
    for name, note in found.notes.items():
        progress.log(f"{name}: {note}")
    return _result(request, ("picture", "report"), found.overall)


def _mask_to_graph(request: MaskToGraph) -> Result:
    found = convert_file(request.mask, request.output)
    return _result(request, ("output",), _of_network(summarise(found.network)) if found.network else {})


def _examine(request: Examine, networks: Networks) -> Result:
    trials = try_networks(request.device, networks)
    facts = {
        f"{section}/{name}": value
        for section, values in examine(trials).items()
        for name, value in values.items()
    }
    took_s = [each.inference_s for each in trials]
    whole_s = None if None in took_s else sum(filter(None, took_s))
    return _result(request, (), {"inference_s": whole_s}, facts)
