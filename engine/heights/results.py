"""Which files a job on heights may write: asked before long work, not after."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path

from engine.atomic import keep_inputs, writable_folder
from engine.errors import EngineError, OutputError
from engine.raster.source import list_files

_TIFF = (".tif", ".tiff")


def _list_inputs(path: str) -> list[str]:
    """Name a file that is read and those beside it; what is no raster is named itself."""
    try:
        return [path, *list_files(path)]
    except EngineError:
        return [path]


def check_results(rasters: Sequence[Path], inputs: Iterable[str], *, picture: Path | None = None) -> None:
    """Refuse results that cannot be written, or would replace what is read or each other.

    Args:
        rasters: Heights, flow and colours that shall be written.
        inputs: What is read; names of weights, which are no files, among them.
        picture: Likewise a picture.

    Raises:
        OutputError: A name ends in something else than such files do, a folder allows no writing, or a file
            is named twice.
    """
    for result in rasters:
        if result.suffix.lower() not in _TIFF:
            raise OutputError(f"{result.name} will be a GeoTIFF: let its name end in .tif.")
    if picture and picture.suffix.lower() != ".png":
        raise OutputError(f"The preview {picture.name} is a PNG: let its name end in .png.")
    results = [*rasters, *filter(None, [picture])]
    for one, other in combinations(results, 2):
        if one.resolve() == other.resolve():
            raise OutputError(f"Two results would be written to {one}: give each a name of its own.")
    known = [each for path in inputs for each in _list_inputs(path)]
    for result in results:
        writable_folder(result)
        if result.exists():
            keep_inputs(result, known)
