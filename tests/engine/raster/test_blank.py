"""Paper around an image is told from the image."""

from pathlib import Path

import numpy as np
import pytest
import rasterio

from engine.raster.blank import find_valid


def test_white_paper_is_no_image_but_a_white_roof_is() -> None:
    rgb = np.full((3, 300, 300), 120, dtype=np.uint8)
    rgb[:, :, 200:] = 253
    rgb[:, 40:80, 40:80] = 255
    valid = find_valid(rgb)
    assert valid[:, :190].all()
    assert not valid[:, 197:].any()


def test_massachusetts_tiles_are_partly_blank(data_dir: Path) -> None:
    path = data_dir / "roads" / "massachusetts" / "val" / "18028870_15.webp"
    with rasterio.open(path) as raster:
        share = find_valid(raster.read()).mean()
    assert 0.2 < share < 0.8


@pytest.mark.parametrize("reduction", [2, 3, 5])
def test_a_reduced_image_has_the_same_paper(reduction: int) -> None:
    rgb = np.full((3, 600, 600), 120, dtype=np.uint8)
    rgb[:, :, 400:] = 253
    rgb[:, 40:80, 40:80] = 255
    rgb[:, 300:310, :60] = 255
    coarse = find_valid(rgb[:, ::reduction, ::reduction], reduction=reduction)
    fine = find_valid(rgb)[::reduction, ::reduction]
    assert (coarse != fine).any(axis=0).sum() <= 1 + 4 // reduction
