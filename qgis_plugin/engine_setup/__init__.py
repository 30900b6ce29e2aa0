"""Makes the private environment that the engine runs in; needs neither QGIS nor Qt."""
