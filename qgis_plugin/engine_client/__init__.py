"""Speaks with the engine process; needs neither QGIS nor Qt."""
