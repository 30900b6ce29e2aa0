"""What a user may set, kept in QGIS's own settings."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsSettings

_PREFIX = "plumbline/"


def read_setting(name: str, default: Any) -> Any:
    """Return a setting, of the type of its default."""
    return QgsSettings().value(_PREFIX + name, default, type=type(default))


def write_setting(name: str, value: Any) -> None:
    """Keep a setting."""
    QgsSettings().setValue(_PREFIX + name, value)


INTERPRETER = "interpreter"
"""Path of a Python that has the engine's requirements, instead of the private environment; "" = none."""

ENGINE_FOLDER = "engine_folder"
"""Where the private environment is made; "" = the usual place."""

IDLE_MINUTES = "idle_minutes"
"""The engine ends after so long without work."""

IDLE_MINUTES_DEFAULT = 15.0

DEVICE = "device"
"""What click-to-extract runs on: "auto", "cpu" or "cuda"; algorithms have a parameter for it."""

DEVICE_DEFAULT = "auto"

TORCH_INDEX = "torch_index"
"""Address of an index of PyTorch builds that a set-up asks beside the usual one; "" = none."""
