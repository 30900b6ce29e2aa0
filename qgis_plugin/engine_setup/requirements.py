"""The packages that the engine needs, each at one version, and their common name."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")

TORCH = "torch"
"""The one package with different builds for CPU and CUDA."""


@dataclass(frozen=True)
class Pin:
    """One package at one version.

    Attributes:
        name: As packages are compared: lower case, with hyphens.
        version: The only version that will serve.
        system: ``sys.platform`` of the only system that needs it; "" = all of them.
    """

    name: str
    version: str
    system: str = ""


_LINE = re.compile(r"""^([A-Za-z0-9._-]+)==([^\s;]+)\s*(?:;\s*sys_platform\s*==\s*"(\w+)")?$""")


def plain_name(name: str) -> str:
    """Write a package's name as packages are compared.

    >>> plain_name("Typing_Extensions")
    'typing-extensions'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def pins_of(text: str) -> tuple[Pin, ...]:
    """Read requirements that are nothing but pins.

    Raises:
        ValueError: A line is no pin.
    """
    pins = []
    for line in text.splitlines():
        content = line.split("#")[0].strip()
        if not content:
            continue
        match = _LINE.match(content)
        if match is None:
            raise ValueError(f"The requirement {content!r} is no pin: write name==version.")
        pins.append(Pin(plain_name(match.group(1)), match.group(2), match.group(3) or ""))
    return tuple(pins)


def pins_for(system: str, text: str) -> tuple[Pin, ...]:
    """Return the pins that hold on a system, by its ``sys.platform``."""
    return tuple(pin for pin in pins_of(text) if pin.system in ("", system))


def name_of(text: str) -> str:
    """Return a short name that changes with any pin, and with nothing else."""
    content = "\n".join(sorted(f"{pin.name}=={pin.version};{pin.system}" for pin in pins_of(text)))
    return hashlib.sha256(content.encode("ascii")).hexdigest()[:10]


def our_requirements() -> str:
    """Read the requirements that come with the plugin."""
    return REQUIREMENTS.read_text(encoding="utf-8")
