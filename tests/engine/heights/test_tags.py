from math import pi

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import RasterError
from engine.heights.pose import Pose
from engine.heights.tags import HeightTags
from engine.raster.windows import Window
from engine.raster.writer import HEIGHTS, Placement, write_cog

FULL = HeightTags(
    pose=Pose(pi / 7, 0.1 + 0.2),
    azimuth_deg=154.2857142857143,
    off_nadir_deg=1e-300,
    view="IMD file ä = ö.IMD",
    weights="heights-compact",
    weights_sha256="ab" * 32,
    m_per_px=0.7,
    calibration=1.0475,
    agreement=0.93,
    source="town.tif",
)


def write(path, tags):
    with write_cog(
        path, Placement(4, 4, Affine(1, 0, 5e5, 0, -1, 5e6), "EPSG:32633"), HEIGHTS, tags=tags
    ) as out:
        out.write(Window(0, 0, 4, 4), np.zeros((4, 4), dtype=np.float32))
    return path


@pytest.mark.parametrize("tags", [FULL, HeightTags(Pose(0.0, 0.0))])
def test_what_is_written_is_read_back_bit_by_bit(tmp_path, tags):
    assert HeightTags.read(write(tmp_path / "heights.tif", tags.as_tags())) == tags


@given(angle=st.floats(-pi, pi), scale=st.floats(0, 1e6))
def test_any_pose_survives_as_text(angle, scale):
    tags = HeightTags(Pose(angle, scale)).as_tags()
    assert float(tags["PLUMBLINE_ANGLE_RAD"]) == angle
    assert float(tags["PLUMBLINE_SCALE_PX_PER_M"]) == scale


def test_what_is_not_known_is_not_in_the_file():
    assert set(HeightTags(Pose(1.0, 2.0)).as_tags()) == {
        *("PLUMBLINE_ANGLE_RAD", "PLUMBLINE_SCALE_PX_PER_M", "PLUMBLINE_VIEW_FROM"),
        *("PLUMBLINE_CALIBRATION", "PLUMBLINE_VERSION"),
    }


def test_heights_of_others_say_what_to_give(tmp_path):
    with pytest.raises(RasterError, match="--azimuth-deg and --off-nadir-deg"):
        HeightTags.read(write(tmp_path / "lidar.tif", {}))


@pytest.mark.parametrize("value", ["north", "nan", "inf", "1e308", ""])
def test_a_tag_that_is_no_number_is_named(tmp_path, value):
    broken = write(tmp_path / "broken.tif", FULL.as_tags())
    with rasterio.open(broken, "r+", IGNORE_COG_LAYOUT_BREAK="YES") as file:
        file.update_tags(PLUMBLINE_SCALE_PX_PER_M=value or " ")
    with pytest.raises(RasterError, match="PLUMBLINE_SCALE_PX_PER_M"):
        HeightTags.read(broken)


def test_no_file_is_no_traceback(tmp_path):
    with pytest.raises(RasterError, match=r"absent\.tif"):
        HeightTags.read(tmp_path / "absent.tif")
