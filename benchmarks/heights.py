"""What rectification costs."""

from time import process_time

from benchmarks.table import Table, timed
from engine.heights.nadir.rectify import rectify
from engine.heights.pose import Pose
from training.scenes.options import SceneOptions
from training.scenes.scene import render_scene

_SIDE_PX = 2048
_ROUNDS = 9


def bench_heights(table: Table) -> None:
    """Measure the rectification of heights and colours of a scene seen from aslant.

    Args:
        table: Where the row goes; its note tells the processor's seconds beside those of the clock.
    """
    scene = render_scene(
        SceneOptions(seed=7, height_px=_SIDE_PX, width_px=_SIDE_PX, m_per_px=0.5, off_nadir_deg=25.0)
    )
    pose = Pose(scene.angle_rad, scene.scale_px_per_m)
    busy_s = process_time()
    seconds = timed(lambda: rectify(scene.height_m, pose, scene.rgb), _ROUNDS)
    busy_s = (process_time() - busy_s) / _ROUNDS
    table.row(f"rectify heights and colours of {_SIDE_PX}²", seconds, f"{busy_s:.3f} s of processor time")
