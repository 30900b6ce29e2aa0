"""The job of ``plumbline roads``: check the output first, extract, write, tidy up."""

from pathlib import Path

from engine.atomic import keep_inputs, writable_folder
from engine.errors import EngineError, OutputError
from engine.exclusive import exclusive
from engine.progress import Progress
from engine.raster.source import list_files
from engine.roads.extract import Extraction, RoadOptions, extract
from engine.roads.formats import PIXEL_SUFFIXES, GraphFile, check_writable_format, suffix, write_graph
from engine.roads.georeference import to_ground, to_pixels
from engine.roads.kept import KeptBlocks
from engine.roads.preview import preview_raster


def _check_outputs(path: str, output: Path, preview: Path | None) -> None:
    """Refuse what cannot be written before hours of work, not after."""
    check_writable_format(output)
    if preview and preview.suffix.lower() != ".png":
        raise OutputError(f"The preview {preview.name} is a PNG: let its name end in .png.")
    for result in filter(None, (output, preview)):
        writable_folder(result)
        if result.exists():
            keep_inputs(result, [path, *list_files(path)])


def kept_folder(output: Path) -> Path:
    """Return where finished blocks of a run are kept until its output is whole."""
    return output.with_name(output.name + ".partial")


def _write(output: Path, result: Extraction) -> None:
    """Write the graph in the raster's reference system, or in its pixels for the research formats."""
    source = result.source_grid
    ground = to_ground(result.graph, result.grid, crs=source.crs, near_x=source.centre[0])
    file = GraphFile(ground, "ground", source.crs)
    if suffix(output) in PIXEL_SUFFIXES:
        file = GraphFile(to_pixels(ground, source, crs=source.crs), "pixel")
    write_graph(output, file, provenance=result.provenance)


def extract_to_file(
    path: str,
    output: Path,
    options: RoadOptions,
    *,
    preview: Path | None,
    resume: bool,
    progress: Progress,
) -> Path:
    """Extract the roads of a raster to a file, which appears only when whole.

    Args:
        path: Anything GDAL opens.
        output: File to write; its ending names the format.
        options: How to extract.
        preview: PNG of the roads over the image, if wanted.
        resume: Whether to continue an interrupted run.
        progress: Receives the state.

    Returns:
        The output.

    Raises:
        EngineError: As ``extract``; or the output cannot be written, or would replace the raster.
        Cancelled: The progress asked to stop; finished blocks are kept.
    """
    _check_outputs(path, output, preview)
    with exclusive(output):
        kept = KeptBlocks(kept_folder(output))
        try:
            result = extract(path, options, kept=kept, resume=resume, progress=progress)
        except EngineError:
            # Finished work stays: a drive on the net may answer again.
            if kept.in_use and not kept.has_blocks:
                kept.discard()
            raise
        _write(output, result)
        if preview:
            preview_raster(preview, path, result.graph, result.grid, options=options.raster)
        kept.discard()
    return output
