"""What can go wrong between the plugin and its engine; each text says what was found and what to do."""

from __future__ import annotations

from typing import Optional

SET_UP = (
    'run "Set up engine" (plumbline:setupengine), or set PLUMBLINE_PYTHON to a Python that has what it needs'
)
"""What to do where no engine can be started."""


class EngineMissing(Exception):  # noqa: N818 - the plugin's word for what happened
    """There is no interpreter that could run the engine."""


class EngineFailed(Exception):  # noqa: N818 - the plugin's word for what happened
    """The engine did its part, and says why there is no result.

    Attributes:
        kind: Code of the engine's error, such as "raster"; None where it has none.
    """

    def __init__(self, message: str, kind: Optional[str] = None) -> None:
        super().__init__(message)
        self.kind = kind


class EngineCancelled(Exception):  # noqa: N818 - the plugin's word for what happened
    """The user stopped it, or closed the engine."""


class EngineCrashed(Exception):  # noqa: N818 - the plugin's word for what happened
    """The engine's process ended, or never began to answer."""
