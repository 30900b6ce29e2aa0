#!/bin/sh
# Make a virtual environment, with a clear word on what is missing when that fails.
# usage: python_environment.sh PYTHON FOLDER
set -eu
python=$1 folder=$2

if ! command -v "$python" >/dev/null; then
    echo "No '$python' here: install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)." >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "$("$python" --version) is too old: name a Python 3.11 or newer with make PYTHON=..." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update --quiet=2
        DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends python3-venv
    else
        echo "Python's venv module is missing: run 'sudo apt-get install python3-venv', then this again." >&2
        exit 1
    fi
fi
"$python" -m venv "$folder"
