"""Icons of the plugin, by name."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtGui import QIcon

_FOLDER = Path(__file__).parent / "icons"


def icon_path(name: str) -> str:
    """Return the file of an icon; the plugin's own where there is none of that name."""
    path = _FOLDER / f"{name}.svg"
    return str(path if path.exists() else _FOLDER / "plumbline.svg")


def icon(name: str) -> QIcon:
    """Return an icon; the plugin's own where there is none of that name."""
    return QIcon(icon_path(name))
