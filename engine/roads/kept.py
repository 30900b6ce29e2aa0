"""Finished blocks kept on disk, so that an interrupted run continues where it stopped."""

import json
import logging
import os
import zlib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from engine.errors import OutputError, ResumeError
from engine.networks.candidates import Candidates

_LOG = logging.getLogger(__name__)
_JOB = "job.json"
_OURS = ("block_*.npz", "block_*.draft", "job.draft", _JOB)
_DAMAGE = (
    BadZipFile,
    zlib.error,
    KeyError,
    TypeError,
    ValueError,
    OSError,
    EOFError,
    MemoryError,
    RuntimeError,
)
"""What reading a file that is no block, or no longer a sound one, can raise."""

_FIELDS = tuple(each.name for each in fields(Candidates))


def _write(path: Path, write: Any) -> None:
    """Write through a temporary name, so that a block is there whole or not at all."""
    draft = path.with_suffix(".draft")
    try:
        with draft.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise OutputError(
            f"Cannot keep finished work in {path.parent}: {error.strerror or error}. "
            "Make room or choose another output folder; what is finished stays, and --resume continues."
        ) from error


def _checked(arrays: Mapping[str, NDArray[Any]]) -> Candidates:
    """Make candidates of arrays.

    Raises:
        ValueError: They are not of the shapes and types of candidates, or not finite.
    """
    count, empty = len(arrays["positions"]), Candidates.empty()
    for name in _FIELDS:
        found, like = arrays[name], getattr(empty, name)
        if found.dtype != like.dtype or found.shape != (count, *like.shape[1:]):
            raise ValueError(f"{name} is {found.dtype} {found.shape}")
        if not np.isfinite(found).all():
            raise ValueError(f"{name} is not finite")
    return Candidates(**arrays)


class KeptBlocks:
    """The candidates of finished blocks of one job, in a folder beside the output.

    A job is told apart by its description: input file, grid, weights. Work of another job is never
    taken over.

    Attributes:
        in_use: Whether the folder was opened for a job.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.in_use = False

    def start(self, job: Mapping[str, Any], *, resume: bool) -> None:
        """Open the folder for a job, with or without what it holds.

        Args:
            job: Everything that the candidates depend on, as JSON values.
            resume: Whether to use blocks kept by an earlier run of the same job.

        Raises:
            ResumeError: The folder holds another job's work.
            OutputError: The folder cannot be made or written.
        """
        wanted = json.dumps(job, sort_keys=True, indent=1)
        if resume and (self._folder / _JOB).is_file():
            if (self._folder / _JOB).read_bytes() != wanted.encode():
                raise ResumeError(
                    f"The work kept in {self._folder} is of another job (input, extent, weights, device "
                    "or version differ): repeat the first command exactly, or start anew without --resume."
                )
            self.in_use = True
            return
        self.discard()
        try:
            self._folder.mkdir(parents=False)
        except OSError as error:
            raise OutputError(
                f"Cannot write in {self._folder.parent}: {error.strerror or error}. "
                "Choose an output in a folder that exists and that you may write to."
            ) from error
        _write(self._folder / _JOB, lambda file: file.write(wanted.encode()))
        self.in_use = True

    def load(self, block: int) -> Candidates | None:
        """Return the candidates of a finished block, or None when it has to be done."""
        path = self._path(block)
        if not path.is_file():
            return None
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                return _checked({name: arrays[name] for name in _FIELDS})
        except _DAMAGE:
            _LOG.warning("Block %d kept in %s is damaged and is done again.", block, self._folder)
            return None

    @property
    def has_blocks(self) -> bool:
        """Whether there is finished work."""
        return any(self._folder.glob("block_*.npz"))

    def save(self, block: int, candidates: Candidates) -> None:
        """Keep the candidates of a finished block.

        Raises:
            OutputError: The disk is full or the folder has gone.
        """
        arrays = {name: getattr(candidates, name) for name in _FIELDS}
        _write(self._path(block), lambda file: np.savez(file, allow_pickle=False, **arrays))

    def discard(self) -> None:
        """Remove everything kept, and the folder if nothing else is in it.

        Raises:
            OutputError: The folder holds files that are not ours, or cannot be removed.
        """
        if not self._folder.is_dir():
            return
        try:
            ours = [path for pattern in _OURS for path in self._folder.glob(pattern)]
            # Nothing is removed from a folder that may be someone's own.
            if foreign := sorted(set(self._folder.iterdir()) - set(ours)):
                raise OutputError(
                    f"{self._folder} holds {foreign[0].name}, which is not of this program. "
                    "Remove the folder or choose another output."
                )
            for path in ours:
                path.unlink()
            self._folder.rmdir()
        except OSError as error:
            raise OutputError(
                f"Cannot clear {self._folder}: {error.strerror or error}. Remove the folder, then try again."
            ) from error

    def _path(self, block: int) -> Path:
        return self._folder / f"block_{block:06d}.npz"
