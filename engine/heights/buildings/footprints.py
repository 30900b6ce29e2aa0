"""The job of ``plumbline footprints``: heights of buildings, and buildings moved between roof and ground."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.atomic import keep_inputs, writable_folder
from engine.errors import OutputError, RasterError, VectorError
from engine.heights.buildings.outlines import Outlines
from engine.heights.buildings.standing import SeenGround
from engine.heights.buildings.zonal import ZoneHeights, Zones
from engine.heights.pose import Pose
from engine.heights.seen_raster import FROM_NADIR, SeenRaster, ViewOptions, open_seen
from engine.progress import Progress, Silent
from engine.vector.attributes import CarriedFields
from engine.vector.layered import Layer, check_replaceable, write_layers
from engine.vector.polygons import as_multipolygon, read_polygon, written_kind
from engine.vector.source import POLYGONS, VectorLayer, open_layer
from engine.version import VERSION

LAYER = "buildings"
"""Name of the layer that is written."""

FIELDS = {
    "height_median_m": "float",
    "height_p90_m": "float",
    "height_max_m": "float",
    "height_roof_m": "float",
    "volume_m3": "float",
    "height_pixels": "int32",
}
"""Attributes that are added, in order; NULL where no pixel is known. Buildings move by the roof's height."""

_TOGETHER = 8192
"""Polygons held at a time: some 50 MB."""


_AS_FILED = ViewOptions()


@dataclass(frozen=True, slots=True)
class FootprintOptions:
    """What to do with polygons.

    Attributes:
        to: Where they shall be moved. "ground": they are drawn on the roofs as the image shows them; "roof":
            they lie on the ground; "none": they are measured where they are.
        view: What the user says about the heights.
        layer: Name of the layer; None = the first one of polygons.
    """

    to: Literal["ground", "roof", "none"] = "ground"
    view: ViewOptions = _AS_FILED
    layer: str | None = None


@dataclass(slots=True)
class _Tally:
    """Counts polygons while they pass by."""

    polygons: int = 0
    known: int = 0
    volume_m3: float = 0.0

    def add(self, heights: ZoneHeights, volumes_m3: NDArray[np.float64]) -> None:
        """Count some; a volume is NaN where no height is known."""
        self.polygons += len(volumes_m3)
        self.known += int(np.count_nonzero(heights.pixels))
        self.volume_m3 += float(np.nansum(volumes_m3))


@dataclass(frozen=True, slots=True)
class MeasuredFootprints:
    """Polygons that were measured and written.

    Attributes:
        output: The file.
        polygons: How many there are.
        known: Of how many of them a height is known.
        volume_m3: Of these together.
    """

    output: Path
    polygons: int
    known: int
    volume_m3: float


@dataclass(frozen=True, slots=True)
class _Job:
    """Polygons, heights and what is to be done, all open.

    Attributes:
        layer: The polygons.
        outlines: How they lie in the heights.
        ground: The heights and their view.
        to: Where the polygons shall be moved.
    """

    layer: VectorLayer
    outlines: Outlines
    ground: SeenGround
    to: str

    def measure(self, zones: Zones) -> tuple[ZoneHeights, NDArray[np.float64]]:
        """Return the heights of zones, and by how many pixels (N, 2) each of them moves."""
        sign = 1.0
        if self.to == "roof":
            standing = self.ground.standing(zones)
            heights, sign = replace(standing, roof_m=self.ground.lifting(zones, standing)), -1.0
        else:
            heights = self.ground.shown(zones)
        return heights, sign * heights.roof_m[:, None] * self.ground.pose.flow_px_per_m


def _values(heights: ZoneHeights, volumes_m3: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Return the added attributes of each polygon."""
    columns = {
        "height_median_m": heights.median_m,
        "height_p90_m": heights.p90_m,
        "height_max_m": heights.max_m,
        "height_roof_m": heights.roof_m,
        "volume_m3": volumes_m3,
    }
    numbers = {
        name: [None if np.isnan(v) else v for v in column.tolist()] for name, column in columns.items()
    }
    numbers["height_pixels"] = heights.pixels.tolist()
    return [dict(zip(numbers, row, strict=True)) for row in zip(*numbers.values(), strict=True)]


def _records(
    job: _Job, features: Sequence[Any], fields: CarriedFields, tally: _Tally
) -> list[dict[str, Any]]:
    """Measure, count and move some features."""
    polygons = np.array([read_polygon(feature, job.layer.path) for feature in features], dtype=object)
    zones = job.outlines.zones(polygons)
    heights, shift_px = job.measure(zones)
    moved = job.outlines.moved(polygons, zones, shift_px)
    volumes_m3 = heights.mean_m * job.outlines.areas_m2(zones)
    tally.add(heights, volumes_m3)
    added = _values(heights, volumes_m3)
    return [
        {
            "type": "Feature",
            "geometry": as_multipolygon(polygon),
            "properties": fields.properties(feature.properties, values),
        }
        for feature, polygon, values in zip(features, moved, added, strict=True)
    ]


def _all_records(
    job: _Job, fields: CarriedFields, count: int, tally: _Tally, progress: Progress
) -> Iterator[dict[str, Any]]:
    """Yield the features as they shall be written.

    Raises:
        VectorError: Nothing is known of any of them.
    """
    features = job.layer.read()
    while some := list(islice(features, _TOGETHER)):
        progress.report(tally.polygons, count, "measuring")
        yield from _records(job, some, fields, tally)
    if not tally.known:
        raise VectorError(
            f"None of the {count} polygons of {job.layer.path} lies on a known height of the raster, which "
            f"covers {job.outlines.grid.bounds} (xmin,ymin,xmax,ymax in its own system): check the reference "
            "systems of both, or give the heights of this place."
        )
    if unknown := tally.polygons - tally.known:
        progress.log(
            f"Of {unknown} of {tally.polygons} polygons no height is known: they stay where they are."
        )
    progress.report(tally.polygons, count, "writing")


def _outlines(layer: VectorLayer, raster: SeenRaster) -> Outlines:
    """Bring the systems of both together.

    Raises:
        VectorError: Only one of them has one.
    """
    if (layer.crs is None) != (raster.grid.crs is None):
        without, other = (layer.path, raster.name) if layer.crs is None else (raster.name, layer.path)
        raise VectorError(
            f"{without} has no coordinate reference system, but {other} has one: assign the right one (in "
            "QGIS: Assign projection)."
        )
    return Outlines(raster.plane, layer.crs)


def _pose(raster: SeenRaster, options: FootprintOptions) -> Pose:
    """Find by which view to move.

    Raises:
        RasterError: It is not known, or everything stands on the ground already.
    """
    if options.to == "none":
        return FROM_NADIR
    if raster.of_ground and (options.to == "roof" or options.view.azimuth_deg is not None):
        raise RasterError(
            f"{raster.name} is rectified: in it, everything stands at its place on the ground. To move "
            "polygons, give the heights of the oblique image; to measure them, --to none."
        )
    return options.view.pose(raster.name, raster.grid)


def _count(layer: VectorLayer) -> int:
    """Count the features.

    Raises:
        VectorError: There are none.
    """
    try:
        count = len(layer.features)
    except TypeError:  # a file that does not know
        count = sum(1 for _ in layer.read())
    if count == 0:
        raise VectorError(f"The layer {layer.name} of {layer.path} is empty: give one with polygons.")
    return count


def _check_output(output: Path, inputs: Sequence[str]) -> None:
    """Refuse what cannot be written before the work, not after."""
    if output.suffix.lower() != ".gpkg":
        raise OutputError(f"{output.name} is a GeoPackage: let its name end in .gpkg.")
    writable_folder(output)
    keep_inputs(output, inputs)
    check_replaceable(output, [LAYER])


def measure_footprints(
    polygons: str,
    heights: str,
    output: Path,
    options: FootprintOptions,
    *,
    progress: Progress | None = None,
) -> MeasuredFootprints:
    """Measure the heights of buildings, and move them from their roofs to the ground or back.

    Each building moves as a whole, by the flow of its roof's height: its shape stays as it was drawn. A
    building of which no height is known stays where it is, with NULL for what is not known.

    Volumes are the mean height times the true area of the polygon: unknown pixels count as the known ones.

    Memory is bounded: by some thousand polygons and 2²² heights.

    Args:
        polygons: Any vector file of polygons.
        heights: Metres above ground; anything GDAL opens.
        output: GeoPackage; an existing one of the same layer is replaced.
        options: What to do.
        progress: Receives the state, and may cancel.

    Raises:
        VectorError: The polygons cannot be read, or lie elsewhere.
        RasterError: The heights cannot be read, or say nothing of their view.
        OutputError: The output cannot be written, or would replace an input.
        Cancelled: The progress asked to stop.
    """
    _check_output(output, [polygons, heights])
    with (
        open_seen(heights, options.view.m_per_px) as raster,
        open_layer(polygons, POLYGONS, layer=options.layer) as layer,
    ):
        pose, grid = _pose(raster, options), raster.grid
        ground = SeenGround(raster.heights, grid.height, grid.width, pose)
        job = _Job(layer, _outlines(layer, raster), ground, options.to)
        fields = CarriedFields.beside(layer.fields, FIELDS)
        count = _count(layer)
        tally = _Tally()
        records = _all_records(job, fields, count, tally, progress or Silent())
        written = Layer(LAYER, written_kind(layer.geometry), fields.types, records, count)
        provenance = {
            "version": VERSION,
            "polygons": polygons,
            "layer": layer.name,
            "heights": heights,
            "heights_tags": raster.heights.tags,
            "angle_rad": pose.angle_rad,
            "scale_px_per_m": pose.scale_px_per_m,
            "parameters": asdict(options),
        }
        write_layers(output, [written], crs_wkt=layer.crs, provenance=provenance)
    return MeasuredFootprints(output, tally.polygons, tally.known, tally.volume_m3)
