"""The job of ``plumbline roads``: check the output first, extract, write, tidy up."""

from dataclasses import dataclass
from pathlib import Path

from engine.atomic import keep_inputs, writable_folder
from engine.errors import EngineError, OutputError
from engine.exclusive import exclusive
from engine.networks.warm import Networks
from engine.progress import Progress
from engine.raster.source import list_files
from engine.roads.extract import Extraction, RoadOptions, extract
from engine.roads.formats import PIXEL_SUFFIXES, GraphFile, check_writable_format, suffix, write_graph
from engine.roads.georeference import to_ground, to_pixels
from engine.roads.kept import KeptBlocks
from engine.roads.preview import preview_raster
from engine.roads.segments import build_network
from engine.roads.summary import NetworkSummary, summarise


@dataclass(frozen=True, slots=True)
class RoadsFile:
    """Roads that were written.

    Attributes:
        output: The file.
        summary: What it holds.
        weights: Name of the weights.
        device: What the network ran on, for people.
    """

    output: Path
    summary: NetworkSummary
    weights: str
    device: str


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


def _write(output: Path, result: Extraction) -> NetworkSummary:
    """Write the graph in the raster's reference system, or in its pixels for the research formats."""
    source = result.source_grid
    ground = to_ground(result.graph, result.grid, crs=source.crs, near_x=source.centre[0])
    file = GraphFile(ground, "ground", source.crs)
    if suffix(output) in PIXEL_SUFFIXES:
        file = GraphFile(to_pixels(ground, source, crs=source.crs), "pixel")
    written = write_graph(output, file, provenance=result.provenance)
    return summarise(written or build_network(ground, crs=source.crs))


def extract_to_file(
    path: str,
    output: Path,
    options: RoadOptions,
    *,
    preview: Path | None,
    resume: bool | None,
    progress: Progress,
    networks: Networks | None = None,
) -> RoadsFile:
    """Extract the roads of a raster to a file, which appears only when whole.

    Args:
        path: Anything GDAL opens.
        output: File to write; its ending names the format.
        options: How to extract.
        preview: PNG of the roads over the image, if wanted.
        resume: Whether to continue an interrupted run; None = finished blocks are not kept for another one.
        progress: Receives the state.
        networks: Where the network comes from; loaded anew when absent.

    Raises:
        EngineError: As ``extract``; or the output cannot be written, or would replace the raster.
        Cancelled: The progress asked to stop; blocks stay where they are kept.
    """
    _check_outputs(path, output, preview)
    kept = None if resume is None else KeptBlocks(kept_folder(output))
    with exclusive(output):
        try:
            result = extract(
                path, options, kept=kept, resume=bool(resume), progress=progress, networks=networks
            )
        except EngineError:
            # Finished work stays: a drive on the net may answer again.
            if kept and kept.in_use and not kept.has_blocks:
                kept.discard()
            raise
        summary = _write(output, result)
        if preview:
            preview_raster(preview, path, result.graph, result.grid, options=options.raster)
        if kept:
            kept.discard()
    return RoadsFile(output, summary, result.provenance["weights"], result.provenance["device"])
