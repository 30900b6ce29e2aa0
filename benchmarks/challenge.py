"""What a folder of the challenge's images costs, beside the same work done image by image."""

import tempfile
from pathlib import Path

import numpy as np
import rasterio

from benchmarks.table import Table, timed
from engine.heights.challenge.files import list_images, read_rgb
from engine.heights.challenge.folder import ChallengeImage, ChallengeOptions, predict_folder
from engine.heights.challenge.predict import predict_image
from engine.heights.challenge.submission import enlarge, write_prediction
from engine.networks.device import choose_device
from engine.networks.predict_heights import HeightPredictor
from engine.networks.weights import load_weights
from training.scenes.challenge import write_image
from training.scenes.scene import Scene

_COUNT = 8
_M_PER_PX = 0.35


def _write_images(scene: Scene, folder: Path) -> None:
    """Write the eight ways in which a square can lie."""
    for number in range(_COUNT):
        turned = np.rot90(scene.rgb, number % 4, axes=(1, 2))
        rgb = turned if number < 4 else turned[:, :, ::-1]
        write_image(folder / f"JAX_{number}_RGB.j2k", np.ascontiguousarray(rgb))


def _one_by_one(images: Path, out: Path, predictor: HeightPredictor) -> None:
    """Do the same work, one step after the other."""
    for name, files in list_images(images, "RGB").items():
        rgb = read_rgb(files.path("RGB"), half=True)
        shape = 2 * rgb.shape[1], 2 * rgb.shape[2]
        heights, pose = predict_image(ChallengeImage(name, rgb, 2 * _M_PER_PX, shape), predictor)
        write_prediction(out, name, *enlarge(heights, pose, shape))


def _in_two_passes(images: Path, out: Path, predictor: HeightPredictor) -> None:
    """Decode all pixels and drop three of four; write floats, read them again, and write centimetres."""
    for name, files in list_images(images, "RGB").items():
        whole = read_rgb(files.path("RGB"))
        shape = whole.shape[1], whole.shape[2]
        rgb = np.ascontiguousarray(whole[:, ::2, ::2])
        heights, pose = predict_image(ChallengeImage(name, rgb, 2 * _M_PER_PX, shape), predictor)
        size = {"count": 1, "height": shape[0], "width": shape[1], "dtype": "float32"}
        with rasterio.open(out / f"{name}.tif", "w", driver="GTiff", **size, compress="lzw") as file:
            file.write(heights.repeat(2, axis=0).repeat(2, axis=1), 1)
        with rasterio.open(out / f"{name}.tif") as file:
            again = file.read(1)
        write_prediction(out, name, again, pose.rescaled(2.0))


def bench_challenge(table: Table, scene: Scene) -> None:
    """Measure a folder of eight images of 2048² at half resolution, with an untrained compact network.

    Args:
        table: Where the rows go; notes tell the ratio to the folder at once.
        scene: What the images show.
    """
    predictor = HeightPredictor(load_weights("random:compact-geopose"), choose_device())
    with tempfile.TemporaryDirectory() as name:
        images, out, once = (Path(name) / part for part in ("images", "out", "once"))
        images.mkdir()
        out.mkdir()
        _write_images(scene, images)
        options = ChallengeOptions(m_per_px=_M_PER_PX)
        at_once = timed(
            lambda: predict_folder(
                images, once, lambda image: predict_image(image, predictor), options=options
            )
        )
        serial = timed(lambda: _one_by_one(images, out, predictor))
        two_passes = timed(lambda: _in_two_passes(images, out, predictor))
    table.row(f"challenge folder, {_COUNT} × 2048² at half", at_once, f"{_COUNT / at_once:.2f} images/s")
    table.row("  step after step", serial, f"{serial / at_once:.2f} × the folder")
    table.row("  whole images, floats first", two_passes, f"{two_passes / at_once:.2f} × the folder")
