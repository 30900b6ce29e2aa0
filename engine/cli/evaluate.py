"""``plumbline evaluate``: how good a result is, by the measures of the field."""

import json
from pathlib import Path
from typing import Literal

import click

from engine.cli.options import Number, choice, finish, make_reporter, number, parse_extent, progress_option
from engine.errors import EngineError
from engine.evaluation.heights import HeightOptions, HeightOutputs, evaluate_heights
from engine.evaluation.measure import MeasureOptions, with_parameter
from engine.evaluation.measures.protocol import Protocol
from engine.evaluation.output.height_table import height_document, height_table
from engine.evaluation.output.table import as_document, as_table
from engine.evaluation.pairs.alignment import AlignOptions
from engine.evaluation.roads import EvaluateOptions, Inputs, Outputs, evaluate_roads
from engine.raster.extent import Extent
from engine.reporting import JsonLines

_PATH = click.Path(path_type=Path)
_DEFAULT = MeasureOptions()


@click.group("evaluate")
def command() -> None:
    """Compare a result with the truth."""


def _parameters(
    _context: click.Context, _option: click.Parameter, values: tuple[tuple[str, float], ...]
) -> tuple[tuple[str, float], ...]:
    options = _DEFAULT
    for name, value in values:
        try:
            options = with_parameter(options, name, value)
        except EngineError as error:
            raise click.BadParameter(str(error)) from None
    return values


@command.command(short_help="Compare two road graphs, or two folders of them.")
@click.argument("predicted", type=_PATH)
@click.argument("truth", type=_PATH)
@click.option("--image", type=_PATH, help="Raster on which pixel graphs lie; its valid pixels are compared.")
@click.option("--valid", type=_PATH, help="Mask of the pixels to compare: those that are not 0.")
@click.option("--extent", callback=parse_extent, help="XMIN,YMIN,XMAX,YMAX[,EPSG:N] to compare.")
@click.option("--gsd", type=Number(0.001, 100), help="Ground size of pixels without georeference, m.")
@click.option("--blank-white", is_flag=True, help="Large white areas of the image are paper, not image.")
@click.option(
    "--protocol",
    type=choice("protocol"),
    default=_DEFAULT.protocol.tiles,
    show_default=True,
    help="Parameters for large tiles (sat2graph), small ones (spacenet), or by the size.",
)
@click.option(
    "--buffer-m",
    type=number("buffer_m"),
    default=_DEFAULT.buffer_m,
    show_default=True,
    help="How far a road may lie from its partner and still count as matched.",
)
@click.option(
    "--set",
    "parameters",
    type=(str, Number()),
    multiple=True,
    callback=_parameters,
    metavar="NAME VALUE",
    help="Change a parameter of a measure, such as protocol.topo.radius_m 150; may be repeated.",
)
@click.option("--paired-only", is_flag=True, help="Of folders, pass over files that have no partner.")
@click.option("--jobs", type=click.IntRange(1), help="Pairs compared at a time; all processors by default.")
@click.option("--json", "as_json", is_flag=True, help="Figures as JSON on stdout, instead of a table.")
@click.option("--layers", type=_PATH, help="Write matched, missing and false roads: a GeoPackage.")
@click.option("--picture", type=_PATH, help="Draw them over the image: a PNG.")
@click.option("--report", type=_PATH, help="Write a page with all figures and the worst tiles: HTML.")
@progress_option
def roads(  # noqa: PLR0913 - one parameter an option
    predicted: Path,
    truth: Path,
    *,
    image: Path | None,
    valid: Path | None,
    extent: Extent | None,
    gsd: float | None,
    blank_white: bool,
    protocol: Literal["auto", "sat2graph", "spacenet"],
    buffer_m: float,
    parameters: tuple[tuple[str, float], ...],
    paired_only: bool,
    jobs: int | None,
    as_json: bool,
    layers: Path | None,
    picture: Path | None,
    report: Path | None,
    progress: str,
) -> None:
    """Compare road graphs: PREDICTED with TRUTH, two files or two folders paired by name.

    Any two of .gpkg, .geojson, .json, .p, other vector files and road masks, in any reference system.
    """
    measures = MeasureOptions(Protocol(protocol), buffer_m=buffer_m)
    for name, value in parameters:
        measures = with_parameter(measures, name, value)
    options = EvaluateOptions(AlignOptions(gsd, extent, blank_white), measures, jobs)
    outputs = Outputs(layers, picture, report)
    reporter = make_reporter(progress)

    def work() -> list[Path]:
        inputs = Inputs(predicted, truth, image, valid, paired_only)
        evaluation = evaluate_roads(inputs, options, outputs, progress=reporter)
        document = as_document(evaluation)
        if isinstance(reporter, JsonLines):
            reporter.found(document)
        else:
            click.echo(json.dumps(document, indent=1) if as_json else as_table(evaluation))
        return outputs.paths

    finish(reporter, work)


@command.command(short_help="Compare two rasters of heights, or two folders of them.")
@click.argument("predicted", type=_PATH)
@click.argument("truth", type=_PATH)
@click.option(
    "--image", type=_PATH, help="What the sensor saw, shown in the report: raster, or folder of them."
)
@click.option(
    "--unit",
    type=choice("unit"),
    help="Of whole numbers in rasters that do not state it; the challenge's files are in cm anyway.",
)
@click.option(
    "--paired-only",
    is_flag=True,
    help="Pass over images that one folder lacks; the challenge's cities still score 0.",
)
@click.option("--jobs", type=click.IntRange(1), help="Images compared at a time; all processors by default.")
@click.option("--json", "as_json", is_flag=True, help="Figures as JSON on stdout, instead of a table.")
@click.option("--picture", type=_PATH, help="Draw scatter, errors, worst and median image: a PNG.")
@click.option("--report", type=_PATH, help="Write a page with all figures, charts and maps: HTML.")
@progress_option
def heights(  # noqa: PLR0913 - one parameter an option
    predicted: Path,
    truth: Path,
    *,
    image: Path | None,
    unit: str | None,
    paired_only: bool,
    jobs: int | None,
    as_json: bool,
    picture: Path | None,
    report: Path | None,
    progress: str,
) -> None:
    """Compare heights: PREDICTED with TRUTH, two rasters or two folders paired by name.

    Rasters hold metres above ground, on any grid; the coarser grid is compared on. Folders with the files of
    the Overhead Geopose Challenge, CITY_ID_AGL.tif and CITY_ID_VFLOW.json, are scored as the challenge does.
    """
    options = HeightOptions(image, unit, paired_only)
    outputs = HeightOutputs(picture, report)
    reporter = make_reporter(progress)

    def work() -> list[Path]:
        evaluation = evaluate_heights(predicted, truth, options, outputs, jobs=jobs, progress=reporter)
        document = height_document(evaluation)
        if isinstance(reporter, JsonLines):
            reporter.found(document)
        else:
            click.echo(json.dumps(document, indent=1) if as_json else height_table(evaluation))
        return outputs.paths

    finish(reporter, work)
