"""What commands share: kinds of options, progress, and how a command ends."""

import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from engine.cli import STOPPED
from engine.errors import Cancelled, EngineError, as_engine_error
from engine.raster.extent import Extent
from engine.reporting import Bar, JsonLines
from engine.service.limits import CHOICES, LIMITS
from engine.stopping import stopped_by_signals


class Number(click.FloatRange):
    """A finite number in a range; click's own takes NaN for a number in any range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the number."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


def number(name: str) -> Number:
    """Return the kind of a number that requests know by a name, within its limits."""
    limits = LIMITS[name]
    most = None if math.isinf(limits.most) else limits.most
    return Number(limits.least, most, min_open=limits.open == "least", max_open=limits.open == "most")


def choice(name: str) -> click.Choice[str]:
    """Return the kind of a word that requests know by a name."""
    return click.Choice(CHOICES[name])


def _parse_bands(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> tuple[int, ...] | None:
    """Read band numbers, such as 3,2,1."""
    if value is None:
        return None
    try:
        return tuple(int(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a list of band numbers such as 1,2,3") from None


def parse_extent(_context: click.Context, _option: click.Parameter, value: str | None) -> Extent | None:
    """Read a rectangle, such as 0,0,100,100,EPSG:32617."""
    if value is None:
        return None
    try:
        return Extent.parse(value)
    except EngineError as error:
        raise click.BadParameter(str(error)) from None


def _check_extent(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Refuse what is no rectangle."""
    parse_extent(context, option, value)
    return value


Command = Callable[..., Any]
Decorator = Callable[[Command], Command]

progress_option: Decorator = click.option(
    "--progress",
    type=click.Choice(["bar", "json"]),
    default="bar",
    help="A bar on stderr, or one JSON object per line on stdout.",
)
"""How progress is told."""

bands_option: Decorator = click.option(
    "--bands", callback=_parse_bands, help="Bands to use as red, green, blue, such as 1,2,3."
)
"""Which bands of a raster are its colours."""

gsd_option: Decorator = click.option(
    "--gsd",
    "gsd_m",
    type=number("gsd_m"),
    help="Ground size of a pixel in metres, for a file without georeference.",
)
"""What a file that does not know its place lacks."""


def _together(*options: Decorator) -> Decorator:
    """Add several options, which the help lists in their order."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


raster_options = _together(
    bands_option,
    click.option(
        "--extent",
        callback=_check_extent,
        help="XMIN,YMIN,XMAX,YMAX[,EPSG:N], in the raster's system by default.",
    ),
    gsd_option,
)
"""What a user may say about a raster that a network sees: ``bands``, ``extent`` and ``gsd_m``."""

view_options = _together(
    click.option(
        "--azimuth-deg",
        type=number("azimuth_deg"),
        help="Direction from the ground to the sensor, clockwise from north; overrules files and network.",
    ),
    click.option(
        "--off-nadir-deg",
        type=number("off_nadir_deg"),
        help="Angle at the ground between the vertical and the line to the sensor; likewise.",
    ),
)
"""Where the sensor stood: ``azimuth_deg`` and ``off_nadir_deg``."""


def network_options(default: str) -> Decorator:
    """Add the choice of ``weights`` and ``device``.

    Args:
        default: Name of the weights that are shipped for the task.
    """
    return _together(
        click.option(
            "--weights", default=default, show_default=True, help="Name of shipped weights, or a file."
        ),
        click.option("--device", type=choice("device"), default="auto", show_default=True),
    )


def make_reporter(progress: str) -> Bar | JsonLines:
    """Return who tells of the progress, by the value of the option."""
    return JsonLines() if progress == "json" else Bar()


def finish(
    reporter: Bar | JsonLines, work: Callable[[], Sequence[Path]], *, stopped: str = "Stopped."
) -> None:
    """Run the work of a command; every failure a user can mend ends in one line and a code.

    Args:
        reporter: Told of the end.
        work: Returns the files that it has written.
        stopped: What to say when the user stops it.
    """
    try:
        with stopped_by_signals():
            for output in work():
                reporter.done(str(output))
    except (Cancelled, KeyboardInterrupt):
        reporter.failed("cancelled", stopped)
        sys.exit(STOPPED)
    except Exception as error:
        foreseen = as_engine_error(error)
        if foreseen is None:
            raise
        reporter.failed(foreseen.code, " ".join(str(foreseen).split()))
        sys.exit(1)
