#!/bin/sh
# Run tests/in_qgis with the Python of a QGIS, which has pytest lent for it, and the engine of this checkout.
# usage: in_qgis.sh QGIS_PYTHON ENGINE_PYTHON [ARGUMENTS OF PYTEST, WITH WHAT TO RUN]
# ENGINE_PYTHON is how that QGIS names the interpreter of the engine.
set -eu
qgis_python=$1 engine_python=$2
shift 2
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- tests/in_qgis
lent=$PWD/.cache/pytest

# Pure Python, so it serves any interpreter; nothing else of our environment is seen inside QGIS.
version=$(.venv/bin/python -c 'import pytest; print(pytest.__version__)')
if [ ! -e "$lent/pytest-$version.dist-info" ]; then
    rm -rf "$lent"
    .venv/bin/pip install --quiet --no-compile --target "$lent" "pytest==$version"
fi
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
HOME=$home XDG_RUNTIME_DIR=$home QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen} PYTHONPATH=$lent \
    PYTHONDONTWRITEBYTECODE=1 PLUMBLINE_PYTHON=$engine_python QGIS_OPTS= \
    "$qgis_python" -m pytest -c tests/in_qgis/pytest.ini "$@"
