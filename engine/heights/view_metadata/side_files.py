"""Reading the small text files that lie beside a raster, without trusting them."""

import json
import os
import re
from math import isfinite
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET  # nosec B405

from engine.heights.view_metadata.finding import UnusableError

_LARGEST_BYTES = 16 * 2**20
"""Metadata of real products has 10 kB to 5 MB."""

_DEEPEST = 64
"""Levels of XML elements: real metadata has fewer than ten."""

Element = ET.Element
"""A part of an XML file: its tag, attributes, text, and the parts inside it."""

# Where entities could be declared, the file is refused unparsed: hence B405 does not apply.
_DECLARATION = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def neighbours(path: str) -> dict[str, Path]:
    """List the plain files in a raster's folder.

    Args:
        path: The raster, as the user gave it.

    Returns:
        Paths by lower-case names; empty for ``/vsi`` paths, addresses, and whatever is not a plain file, as
        nothing is asked of a network or an archive here.
    """
    here = Path(path)
    try:
        if path.startswith("/vsi") or not here.is_file():
            return {}
        with os.scandir(here.parent) as folder:
            names = sorted(each.name for each in folder if each.is_file())
        return {name.lower(): here.parent / name for name in names}
    except (OSError, ValueError):
        return {}


def read_text(path: Path) -> str:
    """Read a side file of bounded size.

    Raises:
        UnusableError: It is too large, cannot be read, or is no text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise UnusableError(f"cannot be read ({error.strerror})") from error
    if len(content) > _LARGEST_BYTES:
        raise UnusableError(f"has more than {_LARGEST_BYTES // 2**20} MB, which no metadata has")
    if b"\0" in content:
        raise UnusableError("is no text")
    return content.decode("utf-8-sig", errors="replace")


def read_xml(path: Path) -> Element:
    """Read a side file as XML without declarations, so that nothing in it can expand or refer elsewhere.

    Raises:
        UnusableError: It is no such file.
    """
    text = read_text(path)
    if _DECLARATION.search(text):
        raise UnusableError("declares a document type, which metadata has no need of")
    # Text, not bytes, is fed: the parser then reads what was searched above, whatever encoding it claims.
    parser: Any = ET.XMLPullParser(events=("start", "end"))
    depth = 0
    root: Element | None = None
    try:
        for start in range(0, len(text), 2**16):
            parser.feed(text[start : start + 2**16])
            for event, element in parser.read_events():
                root = element if root is None else root
                depth += 1 if event == "start" else -1
                if depth > _DEEPEST:
                    raise UnusableError(f"is nested deeper than {_DEEPEST} levels")
        parser.close()
    except (ET.ParseError, ValueError) as error:
        raise UnusableError(f"is no whole XML ({error})") from error
    if root is None:
        raise UnusableError("is empty")
    return root


def read_json(path: Path) -> dict[str, Any]:
    """Read a side file that holds one JSON object.

    Raises:
        UnusableError: It is no such file.
    """
    text = read_text(path)
    try:
        content = json.loads(text)
    except ValueError as error:
        raise UnusableError(f"is no whole JSON ({error})") from error
    except RecursionError as error:
        raise UnusableError("is nested too deeply") from error
    if not isinstance(content, dict):
        raise UnusableError("holds no JSON object")
    return content


def number(text: Any) -> float | None:
    """Read a finite number; None where there is none."""
    if isinstance(text, bool) or not isinstance(text, int | float | str):
        return None
    try:
        value = float(text)
    except (ValueError, OverflowError):
        return None
    return value if isfinite(value) else None
