#!/bin/sh
# Install what the tests need besides Python packages: GDAL's own tools and QGIS, to open our files with.
set -eu
packages="qgis python3-qgis qgis-providers gdal-bin python3-gdal"

if command -v ogrinfo >/dev/null && /usr/bin/python3 -c 'import qgis.core' 2>/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing $packages"
    apt-get update --quiet=2
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends $packages >/dev/null
else
    echo "The tests open our files with GDAL's tools and QGIS. Run, then try again:" >&2
    echo "    sudo apt-get install --no-install-recommends $packages" >&2
    exit 1
fi
