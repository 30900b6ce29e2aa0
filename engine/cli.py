"""The command line: reads options, calls, writes. What a command does stands in the library."""

import json
import math
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Literal

import click

from engine.doctor import examine
from engine.errors import Cancelled, EngineError
from engine.networks.weights import DEFAULT_ROADS
from engine.raster.reader import Extent, RasterOptions
from engine.reporting import Bar, JsonLines
from engine.roads.convert import ConvertOptions, convert_file
from engine.roads.extract import RoadOptions
from engine.roads.run import extract_to_file
from engine.version import VERSION

_STOPPED = 130
_DEFAULT = RoadOptions()


class _Number(click.FloatRange):
    """A finite number in a range; click's own takes NaN for a number in any range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


def _bands(_context: click.Context, _option: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    if value is None:
        return None
    try:
        return tuple(int(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a list of band numbers such as 1,2,3") from None


def _extent(_context: click.Context, _option: click.Parameter, value: str | None) -> Extent | None:
    if value is None:
        return None
    try:
        return Extent.parse(value)
    except EngineError as error:
        raise click.BadParameter(str(error)) from None


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise Cancelled


def _finish(reporter: Bar | JsonLines, work: Callable[[], Path], *, stopped: str = "Stopped.") -> None:
    """Run the work of a command; every failure a user can mend ends in one line and a code."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        output = work()
        reporter.done(str(output))
    except EngineError as error:
        reporter.failed(error.code, " ".join(str(error).split()))
        sys.exit(1)
    except (Cancelled, KeyboardInterrupt):
        reporter.failed("cancelled", stopped)
        sys.exit(_STOPPED)
    except (OSError, MemoryError) as error:
        # Whatever the library did not foresee of disks and memory: still the user's to mend.
        what = " ".join(str(error).split()) or "there is not enough memory"
        reporter.failed("engine", f"The machine failed the work: {what}. Mend that, then try again.")
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="plumbline")
def main() -> None:
    """Road graphs from one overhead image, on your own machine."""


def _progress_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--progress",
        type=click.Choice(["bar", "json"]),
        default="bar",
        help="A bar on stderr, or one JSON object per line on stdout.",
    )(command)


@main.command()
@click.argument("input_path", metavar="INPUT")
@click.argument("output", type=click.Path(path_type=Path))
@click.option(
    "--weights", default=DEFAULT_ROADS, show_default=True, help="Name of shipped weights, or a file."
)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option("--bands", callback=_bands, help="Bands to use as red, green, blue, such as 1,2,3.")
@click.option(
    "--extent", callback=_extent, help="XMIN,YMIN,XMAX,YMAX[,EPSG:N], in the raster's system by default."
)
@click.option("--gsd", type=float, help="Ground size of a pixel in metres, for a file without georeference.")
@click.option(
    "--min-confidence",
    type=_Number(0, 1),
    help="Drop edges below; the weights' own value by default.",
)
@click.option("--simplify-m", type=_Number(0), default=_DEFAULT.simplify_m, show_default=True)
@click.option("--spur-m", type=_Number(0), default=_DEFAULT.spur_m, show_default=True)
@click.option("--min-component-m", type=_Number(0), default=_DEFAULT.min_component_m, show_default=True)
@click.option("--preview", type=click.Path(path_type=Path), help="Also draw the roads over the image: a PNG.")
@click.option("--resume", is_flag=True, help="Continue an interrupted run of the same command.")
@_progress_option
def roads(  # noqa: PLR0913 - one parameter an option
    input_path: str,
    output: Path,
    *,
    weights: str,
    device: str,
    bands: tuple[int, ...] | None,
    extent: Extent | None,
    gsd: float | None,
    min_confidence: float | None,
    simplify_m: float,
    spur_m: float,
    min_component_m: float,
    preview: Path | None,
    resume: bool,
    progress: str,
) -> None:
    """Extract the road graph of INPUT, any raster, to OUTPUT: .gpkg, .geojson, .json or .p."""
    options = RoadOptions(
        weights=weights,
        device=device,
        raster=RasterOptions(bands=bands, extent=extent, source_m_per_px=gsd),
        min_confidence=min_confidence,
        simplify_m=simplify_m,
        spur_m=spur_m,
        min_component_m=min_component_m,
    )
    reporter = JsonLines() if progress == "json" else Bar()
    _finish(
        reporter,
        lambda: extract_to_file(
            input_path, output, options, preview=preview, resume=resume, progress=reporter
        ),
        stopped="Stopped. Nothing is lost: the same command with --resume continues.",
    )


@main.command()
@click.argument("input_path", metavar="INPUT")
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--like", metavar="RASTER", help="Grid that places pixel graphs and masks on the ground.")
@click.option("--width-m", type=_Number(0, min_open=True), help="Width of roads drawn into a mask.")
@click.option(
    "--width-px",
    type=_Number(0, min_open=True),
    default=ConvertOptions().width_px,
    show_default=True,
)
@click.option(
    "--origin",
    type=click.Choice(["top-left", "bottom-left"]),
    default="top-left",
    show_default=True,
    help="Where rows of a .p or .json graph are counted from; SpaceNet counts from the bottom.",
)
@_progress_option
def convert(
    input_path: str,
    output: Path,
    *,
    like: str | None,
    width_m: float | None,
    width_px: float,
    origin: Literal["top-left", "bottom-left"],
    progress: str,
) -> None:
    """Convert between road masks (.tif, .png) and graphs (.gpkg, .geojson, .json, .p), both ways."""
    options = ConvertOptions(like=like, width_m=width_m, width_px=width_px, origin=origin)
    reporter = JsonLines() if progress == "json" else Bar()
    _finish(reporter, lambda: convert_file(input_path, output, options))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def doctor(*, as_json: bool) -> None:
    """Tell what runs here: interpreter, device, versions, weights and their hashes."""
    findings = examine()
    if as_json:
        click.echo(json.dumps(findings, indent=1))
        return
    for section, values in findings.items():
        click.echo(section)
        for name, value in values.items():
            click.echo(f"  {name:<16}{value}")


if os.name == "posix":
    # A reader that closes the pipe early (| head) is no failure of ours.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
