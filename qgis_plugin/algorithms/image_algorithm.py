"""What the two algorithms share that let a network see images: one or several in a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
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
from .complaints import unusable, wrong_bands, wrong_weights
from .feedback import Stopped
from .values import Values

MORE_OUTPUTS = "MORE_OUTPUTS"


def result_names(images: Iterable[str], ending: str, others: Iterable[str] = ()) -> list[str]:
    """Name the result of each image after it; no two alike, also where upper and lower case are one.

    Args:
        images: Their names.
        ending: Of the results' names.
        others: Names of other results in the same folder.

    >>> result_names(["town", "Town", "2.1/b"], "_roads.gpkg")
    ['town_roads.gpkg', 'Town_2_roads.gpkg', '2.1_b_roads.gpkg']
    """
    names: list[str] = []
    taken = {name.casefold() for name in others}
    for image in images:
        stem = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in image)[:100] or "image"
        number, name = 1, stem + ending
        while name.casefold() in taken:
            number += 1
            name = f"{stem}_{number}{ending}"
        taken.add(name.casefold())
        names.append(name)
    return names


@dataclass(frozen=True)
class _Image:
    name: str
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
        for layer in filter(None, [values.raster(of.INPUT), *values.rasters(of.MORE_INPUTS)]):
            yield from unusable(partial(values.request, layer))
        if values.raw(of.MORE_INPUTS) is not None and values.destination(of.MORE_FOLDER) is None:
            yield tr("There are more images, but no folder for their results: give {name}.").format(
                name=of.MORE_FOLDER
            )

    def take_inputs(self, values: Values, feedback: QgsProcessingFeedback) -> None:  # noqa: ARG002
        """Take the images from the project."""
        image = values.raster(of.INPUT)
        if image is None:
            raise QgsProcessingException(self.invalidRasterError(values.parameters, of.INPUT))
        layers = [image, *values.rasters(of.MORE_INPUTS)]
        # Sources of web layers may hold passwords; names do not.
        self._images = [_Image(layer.name(), values.request(layer)) for layer in layers]

    def options(self, values: Values, image: InputRaster) -> dict[str, Any]:
        """Return the fields that both requests share."""
        return {
            "raster": image.path,
            "bands": values.bands() or image.bands,
            "extent": image.extent,
            "gsd_m": values.number(of.GSD),
            "weights": values.text(of.WEIGHTS) or of.default_of(self.REQUEST, "weights"),
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
        folder = values.folder_path(of.MORE_FOLDER) if len(self._images) > 1 else None
        first = self.paths(values)
        paths = [first, *self._more_paths(folder, first)]
        steps = _Steps(self._images, feedback)
        outputs: list[dict[str, Any]] = []
        failed: list[str] = []
        for image, written in zip(self._images, paths):
            if feedback.isCanceled():
                raise Stopped
            try:
                outputs.append(self._see(image.request, written, values, steps))
            except Stopped:
                raise
            except QgsProcessingException as error:
                feedback.reportError(str(error))
                failed.append(f"{image.name}: {error}" if len(paths) > 1 else str(error))
            steps.next_image()
        if failed:
            raise QgsProcessingException(_failure(failed, len(paths)))
        more = [each[of.OUTPUT] for each in outputs[1:]]
        return {**outputs[0], MORE_OUTPUTS: more, of.MORE_FOLDER: folder and str(folder)}

    def _more_paths(
        self, folder: Optional[Path], first: Mapping[str, Optional[str]]
    ) -> list[dict[str, Optional[str]]]:
        """Return the files to write of the further images, beside those of the first one."""
        if folder is None:
            return []
        written = [Path(path).resolve() for path in first.values() if path]
        others = [path.name for path in written if path.parent == folder.resolve()]
        names = result_names([image.name for image in self._images[1:]], self.ENDING, others)
        return [{"output": str(folder / name)} for name in names]

    def _see(
        self,
        image: RasterRequest,
        paths: Mapping[str, Optional[str]],
        values: Values,
        steps: _Steps,
    ) -> dict[str, Any]:
        given = self.given(image, steps.feedback)
        steps.given()
        try:
            result = self.ask(self.request_for(values, given, paths), steps.feedback)
        finally:
            given.remove()
        return self.found(result, steps.feedback)


class _Steps:
    """Shares the bar between images, and for those that are rendered between rendering and the engine.

    Attributes:
        feedback: Of the step under way.
    """

    def __init__(self, images: Sequence[_Image], feedback: QgsProcessingFeedback) -> None:
        self._images = images
        self._number = 0
        # Step with which each image begins.
        self._begins = list(accumulate((image.request.renders + 1 for image in images), initial=0))
        self.feedback = QgsProcessingMultiStepFeedback(self._begins[-1], feedback)
        self._announce()

    def _announce(self) -> None:
        self.feedback.setCurrentStep(self._begins[self._number])
        if len(self._images) > 1:
            self.feedback.pushInfo(
                tr("Image {number} of {count}: {image}").format(
                    number=self._number + 1,
                    count=len(self._images),
                    image=self._images[self._number].name,
                )
            )

    def given(self) -> None:
        """Go on from rendering to the engine."""
        self.feedback.setCurrentStep(self._begins[self._number + 1] - 1)

    def next_image(self) -> None:
        """Go on to the next image."""
        self._number += 1
        if self._number < len(self._images):
            self._announce()


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
