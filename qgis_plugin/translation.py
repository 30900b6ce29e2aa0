"""Texts in the user's language."""

from __future__ import annotations


def tr(text: str) -> str:
    """Return a text in the language of QGIS, or as it is where there is no translation."""
    return text
