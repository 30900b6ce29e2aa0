"""The job of ``plumbline evaluate roads``: pairs of files in, figures, map and report out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from engine.atomic import keep_inputs, writable_folder
from engine.errors import EngineError, GraphError, OutputError
from engine.evaluation.measure import MeasureOptions, measure
from engine.evaluation.output.layers import check_differences_replaceable, write_differences
from engine.evaluation.output.picture import write_picture
from engine.evaluation.output.report import write_report
from engine.evaluation.pairs.alignment import AlignOptions, align
from engine.evaluation.pairs.pairing import PairFiles, find_pairs
from engine.evaluation.results import Evaluation, TileResult
from engine.evaluation.summary import summarise, tile_figures
from engine.evaluation.workers import compare_all
from engine.progress import Progress, Silent
from engine.raster.source import list_files
from engine.roads.formats import suffix
from engine.version import VERSION


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files to compare, or folders of them.

    Attributes:
        predicted: Graph to judge, or a folder.
        truth: Graph to judge by, or a folder.
        image: Raster, or folder of rasters, on which pixel graphs lie and whose valid pixels are compared.
        valid: Mask, or folder of masks, of the pixels to compare.
        paired_only: Whether files of one folder that the other lacks are passed over, not refused.
    """

    predicted: Path
    truth: Path
    image: Path | None = None
    valid: Path | None = None
    paired_only: bool = False


@dataclass(frozen=True, slots=True)
class EvaluateOptions:
    """How to compare.

    Attributes:
        align: How the graphs come into one frame.
        measure: What to measure by.
        jobs: Processes that work at the same time; one for each processor when absent.
    """

    align: AlignOptions = field(default_factory=AlignOptions)
    measure: MeasureOptions = field(default_factory=MeasureOptions)
    jobs: int | None = None


@dataclass(frozen=True, slots=True)
class Outputs:
    """What to write besides the figures.

    Attributes:
        layers: GeoPackage of matched, missing and false roads.
        picture: PNG of the same, of a single pair.
        report: HTML page.
    """

    layers: Path | None = None
    picture: Path | None = None
    report: Path | None = None

    @property
    def paths(self) -> list[Path]:
        """Those that are wanted."""
        return [path for path in (self.layers, self.picture, self.report) if path is not None]


def _evaluate_pair(files: PairFiles, options: EvaluateOptions) -> TileResult:
    return measure(align(files, options.align), options.measure)


def _evaluate_tile(files: PairFiles, options: EvaluateOptions) -> TileResult:
    """Measure one pair of many; an error says which."""
    try:
        return _evaluate_pair(files, options)
    except EngineError as error:
        raise type(error)(f"{files.name}: {error}") from error


def _evaluate(
    pairs: Sequence[PairFiles], inputs: Inputs, options: EvaluateOptions, progress: Progress
) -> Evaluation:
    work = partial(_evaluate_tile if len(pairs) > 1 else _evaluate_pair, options=options)
    tiles = compare_all(work, pairs, options.jobs, progress)
    if not any(tile.scores for tile in tiles):
        raise GraphError(
            f"{inputs.truth} has no road in the compared area, so there is nothing to judge by: name "
            "another area, or another truth."
        )
    given = {name: str(path) for name, path in asdict(inputs).items() if isinstance(path, Path)}
    return Evaluation(
        tiles=tiles,
        figures=[tile_figures(tile) for tile in tiles],
        overall=summarise(tiles),
        settings={"align": asdict(options.align), "measure": asdict(options.measure)},
        provenance={
            "version": VERSION,
            "operation": "evaluate",
            **given,
            "paired_only": inputs.paired_only,
        },
    )


def _check_outputs(pairs: Sequence[PairFiles], outputs: Outputs) -> None:
    """Refuse outputs that cannot be written before the work, not after."""
    for path, ending in ((outputs.layers, ".gpkg"), (outputs.picture, ".png"), (outputs.report, ".html")):
        if path is not None and path.suffix.lower() != ending:
            raise OutputError(f"{path.name} should end in {ending}: choose such a name.")
    if outputs.picture is not None and len(pairs) > 1:
        raise OutputError("A picture shows a single pair: of folders, --report shows the worst pairs.")
    if outputs.layers is not None:
        check_differences_replaceable(outputs.layers)
    read = [path for files in pairs for path in files.paths]
    if any(path.exists() for path in outputs.paths):
        # Virtual rasters are put together from others.
        read += [Path(part) for path in read if suffix(path) == ".vrt" for part in list_files(str(path))]
    for path in outputs.paths:
        writable_folder(path)
        if path.exists():
            keep_inputs(path, read)


def _write(evaluation: Evaluation, outputs: Outputs) -> None:
    if outputs.layers is not None:
        write_differences(
            outputs.layers,
            evaluation.tiles,
            figures=evaluation.figures,
            provenance={**evaluation.provenance, "settings": evaluation.settings},
        )
    if outputs.picture is not None:
        write_picture(outputs.picture, evaluation.tiles[0])
    if outputs.report is not None:
        write_report(outputs.report, evaluation)


def evaluate_roads(
    inputs: Inputs,
    options: EvaluateOptions | None = None,
    outputs: Outputs | None = None,
    *,
    progress: Progress | None = None,
) -> Evaluation:
    """Compare road graphs with the truth, and write the map and the report that are wanted.

    Args:
        inputs: Two files, or two folders whose files are paired by name.
        options: How to compare.
        outputs: What to write.
        progress: Receives the state after each pair.

    Raises:
        GraphError: A file holds no usable graph, the files of two folders make no pairs, two graphs do not
            lie in one place, or no truth has a road in the compared area.
        RasterError: A raster or a reference system is not usable.
        OutputError: A file cannot be written, or would replace an input.
        Cancelled: The progress asked to stop.
    """
    outputs = outputs or Outputs()
    pairs = find_pairs(
        inputs.predicted,
        inputs.truth,
        image=inputs.image,
        valid=inputs.valid,
        paired_only=inputs.paired_only,
    )
    _check_outputs(pairs, outputs)
    evaluation = _evaluate(pairs, inputs, options or EvaluateOptions(), progress or Silent())
    _write(evaluation, outputs)
    return evaluation
