"""Why a layer gives no raster to the engine."""

from __future__ import annotations


class InputError(Exception):
    """The layer cannot be used so; the message says what was found, what is needed and what to do."""


class InputCancelled(Exception):  # noqa: N818 - not an error: the user's wish
    """The user stopped the rendering; nothing of it is left."""
