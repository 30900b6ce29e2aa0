"""Files and folders of the Overhead Geopose Challenge."""
