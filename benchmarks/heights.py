"""What heights cost: from a raster to its files, and the view from nadir."""

from pathlib import Path
from time import process_time

from benchmarks.table import Table, timed
from engine.heights.estimate import HeightOptions
from engine.heights.nadir.rectify import rectify
from engine.heights.pose import Pose
from engine.heights.run import HeightProducts, estimate_to_files
from engine.networks.weights import DEFAULT_HEIGHTS
from engine.progress import Silent
from training.scenes.export import write_scene
from training.scenes.options import SceneOptions
from training.scenes.scene import Scene, render_scene

_SIDE_PX = 2048
_M_PER_PX = 0.5
_ROUNDS = 9


def bench_rectification(table: Table, scene: Scene) -> None:
    """Measure the rectification of true heights and colours, in memory.

    Args:
        table: Where the row goes; its note tells the processor's seconds beside those of the clock.
        scene: Seen from aslant.
    """
    pose = Pose(scene.angle_rad, scene.scale_px_per_m)
    busy_s = process_time()
    seconds = timed(lambda: rectify(scene.height_m, pose, scene.rgb), _ROUNDS)
    busy_s = (process_time() - busy_s) / _ROUNDS
    table.row(f"rectify heights and colours of {_SIDE_PX}²", seconds, f"{busy_s:.3f} s of processor time")


def bench_estimates(table: Table, image: Path, folder: Path, device: str) -> None:
    """Measure raster to files; the first run of each, which loads libraries, is not counted.

    Args:
        table: Where the rows go.
        image: The raster.
        folder: Where the files go.
        device: "auto", "cpu" or "cuda".
    """
    heights, half_m = folder / "heights.tif", 2.0 * _M_PER_PX
    aslant = HeightProducts(
        heights, rectified=folder / "rectified.tif", rectified_rgb=folder / "rectified_rgb.tif"
    )
    for what, products, weights, working_m in (
        ("heights at half resolution", HeightProducts(heights), DEFAULT_HEIGHTS, half_m),
        ("heights at half resolution", HeightProducts(heights), "random:geopose", half_m),
        ("heights", HeightProducts(heights), DEFAULT_HEIGHTS, None),
        ("heights, both rectified", aslant, DEFAULT_HEIGHTS, None),
    ):
        options = HeightOptions(weights=weights, device=device, working_m=working_m)

        def run(products: HeightProducts = products, options: HeightOptions = options) -> None:
            estimate_to_files(str(image), products, options, progress=Silent())

        run()
        table.row(f"{_SIDE_PX}² raster to {what}, {weights}", timed(run, 3))


def bench_heights(table: Table, folder: Path, device: str) -> None:
    """Measure all that heights are made of, on a town seen from aslant.

    Args:
        table: Where the rows go.
        folder: Where files go.
        device: "auto", "cpu" or "cuda".
    """
    scene = render_scene(
        SceneOptions(seed=7, height_px=_SIDE_PX, width_px=_SIDE_PX, m_per_px=_M_PER_PX, off_nadir_deg=25.0)
    )
    bench_rectification(table, scene)
    write_scene(scene, folder)
    bench_estimates(table, folder / "rgb.tif", folder, device)
