"""How far a set-up is, told to whoever watches it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Callable, Optional

from .pip_lines import Download, begins_installing, download_in, file_in, package_in

_FETCHING = 0.7
"""Share of a run of pip in which it gathers packages; in the rest it unpacks them."""


class Step(Enum):
    """What a set-up is busy with, in this order."""

    PYTHON = "python"
    DOWNLOAD = "download"
    INSTALL = "install"
    CHECK = "check"


@dataclass(frozen=True)
class Advance:
    """How far a set-up is.

    Attributes:
        step: What it is busy with.
        fraction: Of all, from 0 to 1; never falls.
        package: That is being downloaded; "" = none.
        done_bytes: Of the file on its way.
        total_bytes: Its size; 0 = no download now.
    """

    step: Step
    fraction: float = 0.0
    package: str = ""
    done_bytes: int = 0
    total_bytes: int = 0


@dataclass(frozen=True)
class Watch:
    """Who watches a set-up; all is called on the thread that it runs on.

    Attributes:
        is_stopped: Asked about ten times a second.
        on_advance: Given how far it is.
        on_line: Given each line of the log, without secrets.
    """

    is_stopped: Callable[[], bool] = lambda: False
    on_advance: Callable[[Advance], None] = lambda _: None
    on_line: Callable[[str], None] = lambda _: None


def _installed(environment: Path) -> int:
    """Count the packages that are unpacked in a virtual environment."""
    places = (*environment.glob("lib/python3*/site-packages"), environment / "Lib" / "site-packages")
    return sum(1 for place in places for _ in place.glob("*.dist-info"))


class Progress:
    """Turns pip's lines, and the files that it writes, into advances.

    Args:
        watch: Who is told.
        temporary: Folder of pip's downloads on their way.
    """

    def __init__(self, watch: Watch, temporary: Path) -> None:
        self._watch = watch
        self._temporary = temporary
        self._begin = self._end = self._fraction = 0.0
        self._packages = 1
        self._seen: set[str] = set()
        self._download: Optional[Download] = None
        self._installing = False
        self._last: Optional[Advance] = None

    def enter(self, step: Step, begin: float, end: float, *, packages: int = 1) -> None:
        """Begin a part of the whole.

        Args:
            step: What it is.
            begin: Fraction of the whole where the part begins.
            end: And where it ends.
            packages: That pip will deal with.
        """
        self._begin, self._end, self._packages = begin, end, packages
        self._seen, self._download, self._installing = set(), None, False
        self._say(Advance(step), 0.0)

    def line(self, line: str) -> None:
        """Take in a line of pip."""
        self._installing = self._installing or begins_installing(line)
        self._seen.update(filter(None, (package_in(line), file_in(line))))
        self._download = download_in(line) or (None if package_in(line) else self._download)

    def look(self) -> None:
        """Say how far pip is."""
        if self._installing:
            there = min(_installed(self._temporary.parent) / self._packages, 1.0)
            self._say(Advance(Step.INSTALL), _FETCHING + (1 - _FETCHING) * there)
            return
        # A package is seen twice: by its name and by its file.
        steps = 2 * self._packages
        if self._download is None:
            self._say(Advance(Step.DOWNLOAD), _FETCHING * min(len(self._seen) / steps, 1.0))
            return
        total = self._download.total_bytes
        done = min(self._written(self._download.name), total)
        share = (len(self._seen) - 1 + done / max(total, 1)) / steps
        self._say(
            Advance(Step.DOWNLOAD, 0.0, self._download.package, done, total), _FETCHING * min(share, 1.0)
        )

    def _written(self, name: str) -> int:
        with suppress(OSError):  # pip moves files while they are looked at
            return max((each.stat().st_size for each in self._temporary.glob(f"*/{name}")), default=0)
        return 0

    def _say(self, advance: Advance, part: float) -> None:
        self._fraction = max(self._fraction, self._begin + part * (self._end - self._begin))
        said = replace(advance, fraction=self._fraction)
        if said != self._last:
            self._last = said
            self._watch.on_advance(said)
