"""Memory stays bounded whatever the raster's size."""

import os
import subprocess
import sys
from pathlib import Path

import fiona
import pytest
import rasterio
import torch
from affine import Affine
from rasterio.windows import Window

from engine.networks.card import WeightsCard
from engine.networks.compact import Compact, CompactConfig
from engine.networks.layout import EDGES, VERTEX
from engine.networks.weights import save_weights

SIDE_PX = 20_000
LIMIT_BYTES = 3 * 10**9

MEASURED = """
import resource, sys
from click.testing import CliRunner
from engine.cli import main
result = CliRunner().invoke(main, sys.argv[1:])
sys.stderr.write(result.output)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
sys.exit(result.exit_code)
"""


@pytest.fixture
def tiny_weights(tmp_path):
    """A network of the shipped kind, a hundredth of its size; it takes texture for roads, but not black."""
    torch.manual_seed(4)
    network = Compact(
        CompactConfig(stem=4, widths=(4, 4, 4), blocks=(1, 1), dilations=(1,), decoder=4, head=4)
    ).eval()
    with torch.no_grad():
        network.planes.weight.normal_(std=200.0)
        black = network(torch.full((1, 3, 256, 256), -0.45))
        for plane, logit in ((VERTEX, -5.0), *((edge, 1.0) for edge in EDGES)):
            level = (black[:, plane] - black[:, plane + 1]).max()
            # A pixel shuffle makes a plane of four channels.
            network.planes.bias[4 * plane : 4 * plane + 4] += logit - level
    path = tmp_path / "tiny.safetensors"
    save_weights(path, network, WeightsCard(name="tiny", architecture="compact"))
    assert sum(p.numel() for p in network.parameters()) < 10_000
    return path


@pytest.fixture
def sparse(image, tmp_path):
    """400 Mpx, of which a few blocks are on disk."""
    path = tmp_path / "sparse.tif"
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 3, "height": SIDE_PX, "width": SIDE_PX}
    profile |= {"tiled": True, "blockxsize": 256, "blockysize": 256, "SPARSE_OK": True, "crs": "EPSG:32633"}
    with rasterio.open(image) as town:
        pixels = town.read()
    with rasterio.open(path, "w", **profile, transform=Affine(1, 0, 4e5, 0, -1, 5.5e6)) as raster:
        for row, col in ((0, 0), (9_900, 10_100), (SIDE_PX - 600, 700)):
            raster.write(pixels, window=Window(col, row, pixels.shape[2], pixels.shape[1]))
    assert path.stat().st_size < 20_000_000
    return path


@pytest.mark.slow
def test_a_raster_of_400_megapixels_needs_less_than_3_gigabytes(sparse, tiny_weights, tmp_path):
    output = tmp_path / "roads.gpkg"
    root = Path(__file__).resolve().parents[2]
    keep_all = ("--min-confidence", "0", "--spur-m", "0", "--min-component-m", "0")
    options = ("--weights", str(tiny_weights), *keep_all)
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, "roads", str(sparse), str(output), *options],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout.splitlines()[-1]) < LIMIT_BYTES
    with fiona.open(output, layer="roads") as layer:
        assert layer.crs.to_epsg() == 32633
        assert len(layer) > 20  # decoding had something to do
