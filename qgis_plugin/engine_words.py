"""What the engine says it is at, in the user's language."""

from __future__ import annotations

from .translation import tr


def in_words(what: str) -> str:
    """Return what the engine is at in the user's language; what is not known stays as it is."""
    known = {
        "reading and predicting": tr("Reading the image and predicting"),
        "decoding": tr("Tracing the roads"),
        "writing heights": tr("Writing the heights"),
        "writing the flow": tr("Writing the flow"),
        "looking for what is high": tr("Looking for what is high"),
        "rectifying": tr("Moving pixels to the ground"),
        "measuring": tr("Measuring buildings"),
        "comparing": tr("Comparing"),
        "writing": tr("Writing"),
    }
    return known.get(what, what[:1].upper() + what[1:])
