"""The QGIS plugin Plumbline."""

from typing import Any


def classFactory(iface: Any) -> Any:
    """Make the plugin; QGIS calls this, without an interface under ``qgis_process``."""
    # Tests of the pure rooms import this package without QGIS.
    from qgis.core import QgsApplication  # noqa: PLC0415

    from .translation import use_locale  # noqa: PLC0415

    use_locale(QgsApplication.locale())
    from .plugin import Plugin  # noqa: PLC0415 - some texts are read while its modules load

    return Plugin(iface)
