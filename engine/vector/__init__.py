"""Features in and out: layers of vector files, and GeoPackages of several layers."""
