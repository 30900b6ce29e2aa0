"""What the two algorithms share that let a network see images: one or several in a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from qgis.core import (
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingMultiStepFeedback,
    QgsProcessingOutputMultipleLayers,
)

from ..engine_client.protocol import Result
from ..engine_client.requests import EstimateHeights, ExtractRoads
from ..input_raster import InputRaster, RasterRequest
from ..translation import tr
from . import parameters as of
from .base import DEVICE_USED, WEIGHTS_USED, EngineAlgorithm
from .complaints import wrong_bands, wrong_weights
from .feedback import Stopped
from .values import Values

MORE_OUTPUTS = "MORE_OUTPUTS"


def result_names(images: Iterable[str], ending: str) -> list[str]:
    """Name the result of each image after it; no two alike, also where upper and lower case are one.

    >>> result_names(["/a/town.tif", "/b/town.tif"], "_roads.gpkg")
    ['town_roads.gpkg', 'town_2_roads.gpkg']
    """
    names: list[str] = []
    taken: set[str] = set()
    for image in images:
        stem = Path(image.split("|")[0]).stem or "image"
        stem = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in stem)[:100]
        number, name = 1, stem + ending
        while name.casefold() in taken:
            number += 1
            name = f"{stem}_{number}{ending}"
        taken.add(name.casefold())
        names.append(name)
    return names


@dataclass(frozen=True)
class _Image:
    source: str
    request: RasterRequest


class ImageAlgorithm(EngineAlgorithm):
    """From images to results of a network; the engine stays warm from one to the next.

    Attributes:
        TASK: "roads" or "heights", with which the names of fitting weights begin.
        REQUEST: What the engine is asked, whose defaults the parameters have.
        ENDING: Of the names of further results.
    """

    TASK: str
    REQUEST: type[Any]
    ENDING: str

    def __init__(self) -> None:
        super().__init__()
        self._images: list[_Image] = []

    def image_parameters(self, seen: str) -> list[Any]:
        """Make the parameters that come first. ``seen`` says which part of the image is worked on."""
        return [
            of.explained(of.raster(of.INPUT, tr("Image")), _about_images()),
            of.extent(seen),
            of.weights(self.TASK, self.REQUEST),
            of.bands(),
            of.gsd(),
            of.device(self.REQUEST),
            *of.rendering(),
        ]

    def add_common_outputs(self) -> None:
        """Declare what a run with several images returns, and what it was made with."""
        self.addOutput(QgsProcessingOutputMultipleLayers(MORE_OUTPUTS, tr("Results of more images")))
        self.add_text_outputs(
            {WEIGHTS_USED: tr("Weights that were used"), DEVICE_USED: tr("Device that was used")}
        )

    def complaints(self, values: Values) -> Iterator[str]:
        """Yield what is wrong with values that QGIS accepts."""
        yield from wrong_bands(values, of.BANDS)
        yield from wrong_weights(values, of.WEIGHTS, of.shipped_weights(self.TASK))
        if values.raw(of.MORE_INPUTS) is not None and values.destination(of.MORE_FOLDER) is None:
            yield tr("There are more images, but no folder for their results: give {name}.").format(
                name=of.MORE_FOLDER
            )

    def prepare(self, values: Values, feedback: QgsProcessingFeedback) -> None:  # noqa: ARG002
        """Take the images from the project."""
        image = values.raster(of.INPUT)
        if image is None:
            raise QgsProcessingException(self.invalidRasterError(values.parameters, of.INPUT))
        layers = [image, *values.rasters(of.MORE_INPUTS)]
        self._images = [_Image(layer.source(), values.request(layer)) for layer in layers]

    def options(self, values: Values, image: InputRaster) -> dict[str, Any]:
        """Return the fields that both requests share."""
        return {
            "raster": image.path,
            "bands": values.bands() or image.bands,
            "extent": image.extent,
            "gsd_m": values.number(of.GSD),
            "weights": values.text(of.WEIGHTS),
            "device": values.choice(of.DEVICE),
        }

    def request_for(
        self, values: Values, image: InputRaster, paths: Mapping[str, Optional[str]]
    ) -> ExtractRoads | EstimateHeights:
        """Return what to ask the engine for one image. ``paths`` are the files to write, by field."""
        raise NotImplementedError

    def paths(self, values: Values) -> dict[str, Optional[str]]:
        """Return the files to write of the first image, by the request's fields."""
        raise NotImplementedError

    def found(self, result: Result, feedback: QgsProcessingFeedback) -> dict[str, Any]:
        """Return the outputs of one image, and tell the user what was found."""
        raise NotImplementedError

    def work(self, values: Values, feedback: QgsProcessingFeedback) -> Mapping[str, Any]:
        """Let the engine see one image after the other; one that fails does not keep it from the others.

        Raises:
            QgsProcessingException: Some failed; after all others are written, so that only these are left.
        """
        paths = [self.paths(values), *self._more_paths(values)]
        steps = QgsProcessingMultiStepFeedback(len(self._images), feedback)
        outputs: list[dict[str, Any]] = []
        failed: list[str] = []
        for number, (image, written) in enumerate(zip(self._images, paths)):
            steps.setCurrentStep(number)
            if len(paths) > 1:
                steps.pushInfo(
                    tr("Image {number} of {count}: {image}").format(
                        number=number + 1, count=len(paths), image=image.source
                    )
                )
            try:
                outputs.append(self._see(image.request, written, values, steps))
            except Stopped:
                raise
            except QgsProcessingException as error:
                steps.reportError(str(error))
                failed.append(f"{image.source}: {error}" if len(paths) > 1 else str(error))
        if failed:
            raise QgsProcessingException(_failure(failed, len(paths)))
        return {**outputs[0], MORE_OUTPUTS: [each[of.OUTPUT] for each in outputs[1:]]}

    def _more_paths(self, values: Values) -> list[dict[str, Optional[str]]]:
        """Return the files to write of the further images."""
        sources = [image.source for image in self._images[1:]]
        folder = values.folder_path(of.MORE_FOLDER) if sources else None
        if folder is None:
            return []
        return [{"output": str(folder / name)} for name in result_names(sources, self.ENDING)]

    def _see(
        self,
        image: RasterRequest,
        paths: Mapping[str, Optional[str]],
        values: Values,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        given = self.given(image, feedback)
        try:
            result = self.ask(self.request_for(values, given, paths), feedback)
        finally:
            given.remove()
        return self.found(result, feedback)


def _failure(failed: list[str], count: int) -> str:
    if count == 1:
        return failed[0]
    head = tr("{failed} of {count} images failed; the others are written.").format(
        failed=len(failed), count=count
    )
    return "\n".join([head, *failed])


def _about_images() -> str:
    return tr(
        "Any raster: files of any format that GDAL opens go as they are; web layers and other layers that "
        "are no files are rendered to a temporary image."
    )
