"""The version of Plumbline, read from ``metadata.txt``, the one place that states it."""

from pathlib import Path


def _read_version() -> str:
    metadata = Path(__file__).resolve().parents[1] / "metadata.txt"
    for line in metadata.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "version":
            return value.strip()
    return "unknown"


VERSION = _read_version()
"""MAJOR.MINOR.PATCH."""
