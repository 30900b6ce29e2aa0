import numpy as np
import pytest
import rasterio
import torch
from affine import Affine

from engine.evaluation.measures.buffer import compare
from engine.networks.candidates import find_candidates
from engine.raster.extent import Extent
from engine.raster.reader import RasterOptions
from engine.roads import extract as corridor
from engine.roads.densify import densify
from engine.roads.extract import RoadOptions, extract
from engine.roads.graph import RoadGraph
from engine.roads.kept import KeptBlocks
from engine.roads.tensor import encode

HEIGHT, WIDTH = 610, 740


def town():
    """A grid with a diagonal, a ring and a dead end; nothing is symmetric, nothing on a seam by design."""
    crossings = [(40 + 130 * r + 7 * c, 50 + 160 * c - 5 * r) for r in range(5) for c in range(5)]
    along = [(5 * r + c, 5 * r + c + 1) for r in range(5) for c in range(4)]
    down = [(5 * r + c, 5 * r + c + 5) for r in range(4) for c in range(5)]
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = np.stack([110 + 35 * np.cos(angles), 130 + 35 * np.sin(angles)], axis=1)
    loop = [(25 + i, 25 + (i + 1) % 24) for i in range(24)]
    graph = RoadGraph.build([*crossings, *ring, (590, 720)], [*along, *down, *loop, (24, 49)])
    return densify(graph)


class Oracle:
    """Stands in for the network: says the truth about the window it is shown, and sees 3 px beyond a pixel.

    The test image holds in its colours where a pixel lies, so a window tells its own place.
    """

    windows = 0

    def __init__(self, _loaded, _device):
        self.tensor = torch.from_numpy(encode(town(), HEIGHT, WIDTH))

    def predict(self, images, valid, *, phase_px):
        Oracle.windows += len(images)
        found = []
        for rgb, mask in zip(images, valid, strict=True):
            row, col = (int(rgb[axis, 0, 0]) + 256 * (int(rgb[2, 0, 0]) >> 4 * axis & 15) for axis in (0, 1))
            part = self.tensor[:, row : row + mask.shape[0], col : col + mask.shape[1]]
            found.append(find_candidates(part, threshold=0.05, valid=torch.from_numpy(mask)))
        return found


@pytest.fixture
def image(tmp_path, monkeypatch):
    monkeypatch.setattr(corridor, "RoadPredictor", Oracle)
    rows, cols = np.mgrid[:HEIGHT, :WIDTH]
    rgb = np.stack([rows % 256, cols % 256, rows // 256 + (cols // 256 << 4)]).astype(np.uint8)
    path = tmp_path / "place.tif"
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 3, "height": HEIGHT, "width": WIDTH}
    with rasterio.open(
        path, "w", **profile, crs="EPSG:32633", transform=Affine(1, 0, 5e5, 0, -1, 5.5e6)
    ) as raster:
        raster.write(rgb)
    return str(path)


def options(**changes):
    return RoadOptions(**{"weights": "random:compact", "spur_m": 0, "min_component_m": 0, **changes})


def lines(graph):
    return sorted(map(tuple, np.round(graph.vertices[graph.edges].reshape(-1, 4), 4).tolist()))


def test_the_graph_is_the_truth(image):
    found = extract(image, options()).graph
    score = compare(found, town(), tolerance=2.6)
    assert score.completeness > 0.999
    assert score.correctness > 0.999
    assert np.bincount(found.degrees)[3:].tolist() == np.bincount(town().degrees)[3:].tolist()


@pytest.mark.parametrize("core_px", [97, 128, 200, 333])
@pytest.mark.parametrize("windows_per_block", [1, 5])
def test_the_graph_depends_on_neither_windows_nor_blocks(image, core_px, windows_per_block):
    whole = extract(image, options()).graph
    cut = extract(image, options(core_px=core_px, margin_px=16, windows_per_block=windows_per_block)).graph
    assert lines(cut) == lines(whole)
    assert np.allclose(np.sort(cut.confidence), np.sort(whole.confidence), atol=1e-5)


class StopAfter:
    """Progress of an impatient user."""

    def __init__(self, blocks):
        self.blocks = blocks

    def report(self, done, total, what):
        if done >= self.blocks:
            raise KeyboardInterrupt

    def log(self, message):
        pass


def test_an_interrupted_run_ends_with_the_same_graph(image, tmp_path):
    cut = options(core_px=200, windows_per_block=2)
    kept = KeptBlocks(tmp_path / "out.partial")
    with pytest.raises(KeyboardInterrupt):
        extract(image, cut, kept=kept, progress=StopAfter(3))
    before, Oracle.windows = Oracle.windows, 0
    resumed = extract(image, cut, kept=kept, resume=True)
    done_again, Oracle.windows = Oracle.windows, before
    straight = extract(image, cut)
    assert lines(resumed.graph) == lines(straight.graph)
    assert done_again == 16 - 3 * 2


def test_provenance_names_weights_parameters_and_source(image):
    told = extract(image, options(min_confidence=0.25)).provenance
    assert told["weights"] == "random:compact:0"
    assert len(told["weights_sha256"]) == 64
    assert told["parameters"]["min_confidence"] == 0.25
    assert told["source"] == image


def test_provenance_draws_the_border_of_what_was_looked_at(image):
    told = extract(image, options()).provenance["footprint"]
    ring = np.array(told)
    assert (ring.min(axis=0).tolist(), ring.max(axis=0).tolist()) == (
        [5e5, 5.5e6 - HEIGHT],
        [5e5 + WIDTH, 5.5e6],
    )
    assert len(ring) == 64


def test_the_footprint_of_a_part_is_that_part(image):
    part = RasterOptions(extent=Extent(5e5 + 100, 5.5e6 - 300, 5e5 + 420, 5.5e6 - 40))
    ring = np.array(extract(image, options(raster=part)).provenance["footprint"])
    assert (ring.min(axis=0).tolist(), ring.max(axis=0).tolist()) == (
        [5e5 + 100, 5.5e6 - 300],
        [5e5 + 420, 5.5e6 - 40],
    )
