"""The QGIS plugin Plumbline."""

from typing import Any


def classFactory(iface: Any) -> Any:
    """Make the plugin; QGIS calls this, without an interface under ``qgis_process``."""
    from .plugin import Plugin  # noqa: PLC0415 - tests of the pure rooms import this package without QGIS

    return Plugin(iface)
