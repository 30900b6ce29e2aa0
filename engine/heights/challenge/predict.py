"""The job of ``plumbline challenge``: a network predicts a folder of the challenge's images."""

from pathlib import Path

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from engine.heights.challenge.folder import ChallengeImage, ChallengeOptions, predict_folder
from engine.heights.pose import Pose
from engine.heights.scene_windows import SceneWindows, WindowSizes
from engine.networks.device import choose_device
from engine.networks.predict_heights import HeightPredictor
from engine.networks.weights import DEFAULT_HEIGHTS, load_weights
from engine.progress import Progress, Silent
from engine.raster.grid import Grid
from engine.raster.reader import Pixels
from engine.raster.windows import Window


class _InMemory:
    """An image as what windows are read from; all of it is valid.

    Attributes:
        grid: Its pixels, from a corner of its own.
    """

    def __init__(self, image: ChallengeImage) -> None:
        _, height, width = image.rgb.shape
        size_m = image.m_per_px
        self.grid = Grid(Affine.scale(size_m, -size_m), height, width, None, size_m)
        self._rgb = image.rgb

    def read(self, window: Window) -> Pixels:
        """Cut a window out."""
        return Pixels(self._rgb[:, *window.slices], np.ones((window.height, window.width), dtype=bool))


class _Repeating:
    """Progress that can tell the state of the folder again while an image is at work: a stop is heard."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._state: tuple[int, int, str] | None = None

    def report(self, done: int, total: int, what: str) -> None:
        """Pass the state on."""
        self._state = done, total, what
        self._progress.report(done, total, what)

    def log(self, message: str) -> None:
        """Pass a fact on."""
        self._progress.log(message)

    def within(self) -> Progress:
        """Return the progress of the parts of one step."""
        return _Parts(self)

    def again(self) -> None:
        """Tell the state once more."""
        if self._state is not None:
            self._progress.report(*self._state)


class _Parts:
    """Progress of the parts of one step: they do not count, though they listen."""

    def __init__(self, whole: _Repeating) -> None:
        self._whole = whole

    def report(self, done: int, total: int, what: str) -> None:  # noqa: ARG002 - the protocol's
        """Tell the state of the whole."""
        self._whole.again()

    def log(self, message: str) -> None:
        """Pass a fact on."""
        self._whole.log(message)


def predict_image(
    image: ChallengeImage,
    predictor: HeightPredictor,
    *,
    sizes: WindowSizes | None = None,
    progress: Progress | None = None,
) -> tuple[NDArray[np.float32], Pose]:
    """Predict an image as any raster is predicted: in one window where it fits, else in blended ones.

    Args:
        image: In the resolution that the network shall see.
        predictor: The network.
        sizes: Of the windows.
        progress: Receives the state after each window, and may cancel.

    Returns:
        (H, W) heights in metres, and the pose of the whole image.

    Raises:
        DeviceError: A window does not fit into the device's memory.
        Cancelled: The progress asked to stop.
    """
    windows = SceneWindows(_InMemory(image), predictor, sizes)
    heights = np.concatenate(list(windows.strips(progress or Silent())))
    return heights, windows.votes.pose


def predict_challenge(
    folder: Path,
    output: Path,
    *,
    weights: str = DEFAULT_HEIGHTS,
    device: str = "auto",
    options: ChallengeOptions | None = None,
    archive: Path | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Predict all images of a folder with a network.

    Args:
        folder: With images, ``CITY_ID_RGB.j2k``.
        output: A folder, absent or empty; or, its name ending in ``.tar.gz``, the packed submission.
        weights: Name of shipped weights, or a path to a file.
        device: "auto", "cpu" or "cuda".
        options: How to read and write.
        archive: Pack the output folder here, too.
        progress: Receives the state after each image, and may cancel between windows.

    Returns:
        The folder and the archive, as far as they were asked for.

    Raises:
        WeightsError: The weights cannot be used.
        DeviceError: The device is absent or too small.
        EngineError: As ``predict_folder``.
        Cancelled: The progress asked to stop.
    """
    told = _Repeating(progress or Silent())
    loaded, chosen = load_weights(weights), choose_device(device)
    told.log(f"Weights {loaded.card.name}, device {chosen.description}")
    predictor, within = HeightPredictor(loaded, chosen), told.within()
    return predict_folder(
        folder,
        output,
        lambda image: predict_image(image, predictor, progress=within),
        options=options,
        archive=archive,
        progress=told,
    )
