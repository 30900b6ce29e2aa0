"""The layer that accepted roads go into: an ordinary one, edited as by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Optional

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPoint,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsSettings,
    QgsVectorDataProvider,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsVectorLayerUtils,
    QgsWkbTypes,
)

from ..engine_client.environment import engine_root
from ..translation import tr
from .offers import Offer

_FIELDS = (
    "length_m:double",
    "confidence:double",
    "confidence_min:double",
    "width_m:double",
    "layer:integer",
    "bridge:bool",
    "tunnel:bool",
    "z_min:double",
    "z_max:double",
)

_STYLE = engine_root() / "engine" / "roads" / "styles" / "roads.qml"


class TargetRefused(Exception):  # noqa: N818 - reads better so where it is caught
    """The layer cannot take roads; the message says why and what to do."""


def new_target(path: str, crs: QgsCoordinateReferenceSystem) -> QgsVectorLayer:
    """Make an empty layer of roads in a GeoPackage, with the style of roads.

    Args:
        path: A new file, called .gpkg if it is not, or a GeoPackage that gets one more layer; nothing in it
            is replaced.
        crs: Of the layer.

    Raises:
        TargetRefused: It cannot be written there.
    """
    path = path if path.lower().endswith(".gpkg") else f"{path}.gpkg"
    name = _free_name(path)
    fields = QgsVectorLayer("LineString?field=" + "&field=".join(_FIELDS), "", "memory").fields()
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = name
    if Path(path).exists():
        options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
    writer = QgsVectorFileWriter.create(
        path, fields, QgsWkbTypes.Type.LineString, crs, QgsProject.instance().transformContext(), options
    )
    problem = writer.errorMessage()
    del writer  # which writes the file
    source = f"{path}|layername={name}"
    styled = QgsVectorLayer(source, name, "ogr")
    if problem or not styled.isValid():
        raise TargetRefused(
            tr("No layer could be made in {path}: {problem}. Choose another place.").format(
                path=path, problem=problem or tr("it cannot be read back")
            )
        )
    styled.loadNamedStyle(str(_STYLE))
    styled.saveStyleToDatabase(name, "", True, "")  # noqa: FBT003 - Qt takes no keywords
    # Opened anew: storing the style leaves an open layer with a connection that no longer reads.
    return QgsVectorLayer(source, Path(path).stem, "ogr")


def _free_name(path: str) -> str:
    if not Path(path).exists():
        return "roads"
    probe = QgsVectorLayer(path, "", "ogr")
    if not probe.isValid() or probe.dataProvider().storageType() != "GPKG":
        raise TargetRefused(tr("{} is no GeoPackage: choose another name.").format(path))
    taken = {part.split("!!::!!")[1] for part in probe.dataProvider().subLayers()}
    return next(name for name in _names() if name not in taken)


def _names() -> Iterator[str]:
    yield "roads"
    number = 2
    while True:
        yield f"roads_{number}"
        number += 1


def why_not(layer: QgsVectorLayer) -> Optional[str]:
    """Return why a layer cannot take roads and what to do, or None if it can."""
    if not layer.isValid():
        return tr("The layer {} cannot be read: repair its data source.").format(layer.name())
    if layer.geometryType() != QgsWkbTypes.GeometryType.LineGeometry:
        return tr("The layer {} holds no lines: choose a layer of lines.").format(layer.name())
    if not layer.crs().isValid():
        return tr("The layer {} has no CRS: set it in its properties.").format(layer.name())
    capabilities = layer.dataProvider().capabilities()
    if layer.readOnly() or not capabilities & QgsVectorDataProvider.Capability.AddFeatures:
        return tr(
            "The layer {} is read-only: save it as a GeoPackage (Export > Save Features As), or choose "
            "another layer."
        ).format(layer.name())
    return None


def lines_in(layer: QgsVectorLayer, box: QgsRectangle) -> Iterator[tuple[int, QgsGeometry]]:
    """Return number and line of the features that meet a box, with those not saved yet."""
    request = QgsFeatureRequest().setFilterRect(box).setNoAttributes()
    for feature in layer.getFeatures(request):
        if feature.hasGeometry():
            yield feature.id(), feature.geometry()


def _height(layer: QgsVectorLayer, place: QgsPointXY) -> Optional[float]:
    """Return the height of the lines of a layer at a place on one of them, None away from all."""
    reach = 1e-7 if layer.crs().isGeographic() else 1e-2
    box = QgsRectangle(place, place).buffered(reach)
    for _, line in lines_in(layer, box):
        square, foot, after, _ = line.closestSegmentWithContext(place)
        if 0 <= square <= reach**2:
            first, second = line.vertexAt(after - 1), line.vertexAt(after)
            length = first.distance(second)
            share = first.distance(QgsPoint(foot)) / length if length > 0 else 0.0
            return first.z() + share * (second.z() - first.z())
    return None


def _with_heights(layer: QgsVectorLayer, geometry: QgsGeometry) -> QgsGeometry:
    """Return a line with heights: of the lines it joins at its ends, else what QGIS gives new vertices."""
    usual = QgsSettings().value("qgis/digitizing/default_z_value", 0.0, type=float)
    points = [QgsPoint(vertex.x(), vertex.y(), usual) for vertex in geometry.vertices()]
    for end in (0, -1):
        height = _height(layer, QgsPointXY(points[end]))
        if height is not None:
            points[end].setZ(height)
    return QgsGeometry.fromPolyline(points)


def _values(layer: QgsVectorLayer, offer: Offer) -> dict[int, Any]:
    """Return what is known of an offer by the numbers of the layer's fields that have its names."""
    fields = layer.fields()
    numbers = {fields.at(number).name().lower(): number for number in range(fields.count())}
    values = {}
    for name, value in offer.attributes.items():
        number = numbers.get(name)
        if number is not None:
            # A field of the name that cannot hold the value is about something else.
            with suppress(ValueError):
                values[number] = fields.at(number).convertCompatible(value)
    return values


def _feature(layer: QgsVectorLayer, offer: Offer) -> QgsFeature:
    """Return an offer as a feature of a layer, with its default values, of its type of geometry."""
    geometry = QgsGeometry(offer.geometry)
    if QgsWkbTypes.hasZ(layer.wkbType()):
        geometry = _with_heights(layer, geometry)
    context = layer.createExpressionContext()
    feature = QgsVectorLayerUtils.createFeature(layer, geometry, _values(layer, offer), context)
    return QgsVectorLayerUtils.makeFeatureCompatible(feature, layer)[0]


def _add_junction(layer: QgsVectorLayer, place: QgsPointXY) -> None:
    """Give the lines of a layer a vertex where a road joins them."""
    point = QgsPoint(place)
    if QgsWkbTypes.hasZ(layer.wkbType()):
        height = _height(layer, place)
        point.addZValue(0.0 if height is None else height)
    layer.addTopologicalPoints(point)


def put(layer: QgsVectorLayer, offers: Sequence[Offer]) -> list[int]:
    """Put offers into a layer through its edit buffer, as one step that can be undone.

    The layer stays in editing: saving is the user's.

    Args:
        layer: In the system of the offers.
        offers: To put in.

    Returns:
        Numbers of the features, in the order of the offers.

    Raises:
        TargetRefused: The layer cannot take them; it is as before.
    """
    problem = why_not(layer)
    if problem is None and not layer.isEditable() and not layer.startEditing():
        problem = tr("The layer {} cannot be edited now: it may be open elsewhere.").format(layer.name())
    if problem is None and layer.isEditCommandActive():
        problem = tr("Finish what you draw in the layer {} first.").format(layer.name())
    if problem is not None:
        raise TargetRefused(problem)
    layer.beginEditCommand(tr("Accept roads"))
    features = []
    for offer in offers:
        for place in offer.joints:
            _add_junction(layer, place)
        feature = _feature(layer, offer)
        if not layer.addFeature(feature):
            layer.destroyEditCommand()
            raise TargetRefused(tr("The layer {} does not take new lines now.").format(layer.name()))
        features.append(feature)
    layer.endEditCommand()
    layer.triggerRepaint()
    return [feature.id() for feature in features]
