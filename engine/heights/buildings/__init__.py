"""Heights of polygons, and polygons moved between roof and ground."""
