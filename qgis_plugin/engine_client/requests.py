"""What a client may ask of the engine: one dataclass a request, with the engine's own defaults.

These same bytes are in ``engine/service`` and in the plugin's ``engine_client``; see ``protocol.py``. Lengths
are metres, angles degrees, paths absolute; an option that is absent is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Union

PROTOCOL = 1
"""Counts changes that an older partner would misunderstand."""


@dataclass(frozen=True)
class Hello:
    """The first request: who is there. Answered at once, also while another request runs.

    Attributes:
        version: Of the client, as in metadata.txt.
        protocol: Its ``PROTOCOL``.
    """

    version: str
    protocol: int = PROTOCOL


@dataclass(frozen=True)
class Examine:
    """What runs here: device, versions, weights and their hashes, and whether a network predicts.

    Attributes:
        device: "auto", "cpu" or "cuda".
    """

    device: str = "auto"


@dataclass(frozen=True)
class ExtractRoads:
    """From a raster to its road graph; fields as the options of ``plumbline roads``.

    Attributes:
        raster: Path of anything GDAL opens.
        output: File to write: .gpkg, .geojson, .json or .p.
        weights: Name of shipped weights, or a file.
        device: "auto", "cpu" or "cuda".
        bands: One or three band numbers from 1; absent = the declared or first colours.
        extent: Part to read, "XMIN,YMIN,XMAX,YMAX[,EPSG:N]".
        gsd_m: Ground size of a pixel, for a raster that does not know its place.
        min_confidence: Edges below (0-1) are dropped; absent = the weights' own value.
        simplify_m: How far a line may move when it is simplified.
        spur_m: Dead ends on junctions that are shorter are dropped.
        min_component_m: Pieces of the network that are shorter are dropped.
        preview: PNG of the roads over the image.
        resume: Whether finished parts are kept beside the output until it is whole, and those of an
            interrupted run continued.
    """

    raster: str
    output: str
    weights: str = "roads-compact"
    device: str = "auto"
    bands: Optional[tuple[int, ...]] = None
    extent: Optional[str] = None
    gsd_m: Optional[float] = None
    min_confidence: Optional[float] = None
    simplify_m: float = 2.5
    spur_m: float = 25.0
    min_component_m: float = 100.0
    preview: Optional[str] = None
    resume: bool = False


@dataclass(frozen=True)
class EstimateHeights:
    """From a raster to heights above ground and the view; fields as the options of ``plumbline heights``.

    Attributes:
        raster: Path of anything GDAL opens.
        output: GeoTIFF of the heights, m.
        weights: Name of shipped weights, or a file.
        device: "auto", "cpu" or "cuda".
        bands: As for roads.
        extent: As for roads.
        gsd_m: As for roads.
        working_m: Ground size of the pixels that the network sees; absent = chosen by the weights.
        azimuth_deg: Direction from the ground to the sensor, clockwise from north; overrules the file.
        off_nadir_deg: Angle at the ground between the vertical and the line to the sensor; likewise.
        rectified: GeoTIFF of the heights as seen from nadir.
        rectified_rgb: GeoTIFF of the image as seen from nadir.
        flow: GeoTIFF of where the ground below each pixel lies, in pixels.
        calibrate: Known heights to correct by: points of a vector file, or a raster.
        calibrate_field: Of points, the attribute with metres above ground.
        preview: PNG of the heights over the image.
    """

    raster: str
    output: str
    weights: str = "heights-compact"
    device: str = "auto"
    bands: Optional[tuple[int, ...]] = None
    extent: Optional[str] = None
    gsd_m: Optional[float] = None
    working_m: Optional[float] = None
    azimuth_deg: Optional[float] = None
    off_nadir_deg: Optional[float] = None
    rectified: Optional[str] = None
    rectified_rgb: Optional[str] = None
    flow: Optional[str] = None
    calibrate: Optional[str] = None
    calibrate_field: str = "height_m"
    preview: Optional[str] = None


@dataclass(frozen=True)
class Rectify:
    """Move an image to the ground by given heights; fields as the options of ``plumbline rectify``.

    Attributes:
        raster: The image.
        heights: Metres above ground, on any grid.
        output: GeoTIFF of the image as seen from nadir.
        rectified_heights: GeoTIFF of the heights likewise.
        azimuth_deg: As for heights.
        off_nadir_deg: As for heights.
        heights_at: "image": of what each pixel shows; "ground": of what stands at each place.
        bands: As for roads.
    """

    raster: str
    heights: str
    output: str
    rectified_heights: Optional[str] = None
    azimuth_deg: Optional[float] = None
    off_nadir_deg: Optional[float] = None
    heights_at: str = "image"
    bands: Optional[tuple[int, ...]] = None


@dataclass(frozen=True)
class MoveFootprints:
    """Measure buildings and move them between roof and ground; as ``plumbline footprints``.

    Attributes:
        polygons: Vector file.
        heights: Metres above ground.
        output: GeoPackage to write.
        to: "ground", "roof" or "none".
        layer: Of the polygons; absent = the first one of polygons.
        azimuth_deg: As for heights.
        off_nadir_deg: As for heights.
        gsd_m: Ground size of a pixel of heights that do not know their place.
    """

    polygons: str
    heights: str
    output: str
    to: str = "ground"
    layer: Optional[str] = None
    azimuth_deg: Optional[float] = None
    off_nadir_deg: Optional[float] = None
    gsd_m: Optional[float] = None


@dataclass(frozen=True)
class EvaluateRoads:
    """Compare two road graphs; fields as the options of ``plumbline evaluate roads``.

    Attributes:
        predicted: File or folder.
        truth: File or folder.
        image: Raster on which pixel graphs lie; its valid pixels are compared.
        valid: Mask of the pixels to compare.
        extent: What to compare, "XMIN,YMIN,XMAX,YMAX[,EPSG:N]".
        gsd_m: Ground size of pixels without georeference.
        blank_white: Whether large white areas of the image are paper.
        protocol: "auto", "sat2graph" or "spacenet".
        buffer_m: How far a road may lie from its partner and still count as matched.
        layers: GeoPackage of matched, missing and false roads.
        picture: PNG of them over the image.
        report: HTML page.
    """

    predicted: str
    truth: str
    image: Optional[str] = None
    valid: Optional[str] = None
    extent: Optional[str] = None
    gsd_m: Optional[float] = None
    blank_white: bool = False
    protocol: str = "auto"
    buffer_m: float = 5.0
    layers: Optional[str] = None
    picture: Optional[str] = None
    report: Optional[str] = None


@dataclass(frozen=True)
class EvaluateHeights:
    """Compare two rasters of heights, or two folders; as ``plumbline evaluate heights``.

    Attributes:
        predicted: File or folder.
        truth: File or folder.
        image: What the sensor saw, shown in the report.
        unit: "m" or "cm", of whole numbers in rasters that do not state it.
        picture: PNG of scatter and errors.
        report: HTML page.
    """

    predicted: str
    truth: str
    image: Optional[str] = None
    unit: Optional[str] = None
    picture: Optional[str] = None
    report: Optional[str] = None


@dataclass(frozen=True)
class MaskToGraph:
    """Thin a mask of roads to a graph; as ``plumbline convert``.

    Attributes:
        mask: Raster that is not 0 where there is road.
        output: File to write: .gpkg, .geojson, .json or .p.
    """

    mask: str
    output: str


@dataclass(frozen=True)
class Shutdown:
    """Finish nothing more and end; what runs is cancelled."""


Request = Union[
    Hello,
    Examine,
    ExtractRoads,
    EstimateHeights,
    Rectify,
    MoveFootprints,
    EvaluateRoads,
    EvaluateHeights,
    MaskToGraph,
    Shutdown,
]

METHODS: dict[str, type[Any]] = {
    "hello": Hello,
    "examine": Examine,
    "extract_roads": ExtractRoads,
    "estimate_heights": EstimateHeights,
    "rectify": Rectify,
    "move_footprints": MoveFootprints,
    "evaluate_roads": EvaluateRoads,
    "evaluate_heights": EvaluateHeights,
    "mask_to_graph": MaskToGraph,
    "shutdown": Shutdown,
}
"""Name of every request, and what its parameters are."""


def name_of(request: Request) -> str:
    """Return the method's name of a request."""
    return next(name for name, kind in METHODS.items() if type(request) is kind)
