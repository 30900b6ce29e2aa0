"""The errors a user can meet, as one small tree.

A message says what was found, what is needed and what to do. The ``code`` travels with it, so that
a client can translate the text or branch on the kind without reading it.
"""


class EngineError(Exception):
    """Any failure that the user, not the programmer, can mend.

    Attributes:
        code: Stable, lower-case name of the kind of failure; part of the public interface.
    """

    code = "engine"


class RasterError(EngineError):
    """The input image cannot be opened, placed on the ground or read."""

    code = "raster"


class VectorError(EngineError):
    """A layer of points, lines or polygons cannot be read, or holds something else than is needed."""

    code = "vector"


class GraphError(EngineError):
    """A road graph, or a file that should hold one, is not usable."""

    code = "graph"


class OutputError(EngineError):
    """A result cannot be written where it was asked for."""

    code = "output"


class WeightsError(EngineError):
    """Network weights are unknown, damaged, unsafe or of another architecture."""

    code = "weights"


class DeviceError(EngineError):
    """The requested processor is absent or out of memory."""

    code = "device"


class ResumeError(EngineError):
    """Work kept from an earlier run does not belong to this one."""

    code = "resume"


class Cancelled(Exception):  # noqa: N818 - a wish of the user, not an error
    """The user asked to stop. Not an ``EngineError``: nothing went wrong."""


def as_engine_error(error: BaseException) -> EngineError | None:
    """Return what a user can mend of a failure; None where it is the programmer's.

    Args:
        error: Whatever was raised. Of disks and memory, what the libraries did not foresee is the user's too.
    """
    if isinstance(error, EngineError):
        return error
    if isinstance(error, OSError | MemoryError):
        what = " ".join(str(error).split()) or "there is not enough memory"
        return EngineError(f"The machine failed the work: {what}. Mend that, then try again.")
    return None
