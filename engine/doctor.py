"""What runs here: the facts a user is asked for when something does not work."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from engine.errors import EngineError
from engine.networks.device import choose_device
from engine.networks.weights import list_weights, load_weights
from engine.version import VERSION

_PACKAGES = (
    "torch",
    "numpy",
    "scipy",
    "rasterio",
    "fiona",
    "shapely",
    "safetensors",
    "scikit-image",
)


def _package_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing: install the engine's requirements again"


def _weights() -> dict[str, str]:
    found = {}
    for name in list_weights():
        try:
            loaded = load_weights(name)
            card = loaded.card
            low, high = card.m_per_px_range or (card.m_per_px, card.m_per_px)
            size = f"{low:g}" if low == high else f"{low:g} to {high:g}"
            found[name] = f"{card.architecture}, {size} m/px, sha256 {loaded.sha256}"
            found |= {f"{name}, caveat {number}": text for number, text in enumerate(card.caveats, start=1)}
        except EngineError as error:
            found[name] = f"unusable: {error}"
    return found


def examine() -> dict[str, dict[str, str]]:
    """Collect versions, devices and weights.

    Returns:
        Sections of names and values: ``plumbline``, ``devices``, ``packages``, ``weights``.
    """
    devices = {}
    for name in ("auto", "cpu", "cuda"):
        try:
            devices[name] = choose_device(name).description
        except EngineError as error:
            devices[name] = str(error)
    return {
        "plumbline": {
            "version": VERSION,
            "interpreter": f"Python {platform.python_version()} at {sys.executable}",
            "system": platform.platform(),
        },
        "devices": devices,
        "packages": {name: _package_version(name) for name in _PACKAGES},
        "weights": _weights(),
    }
