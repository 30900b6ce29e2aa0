"""``make bench``: print what the engine costs here."""

import tempfile
from pathlib import Path
from time import perf_counter

import click
import torch

from benchmarks.challenge import bench_challenge
from benchmarks.evaluation import bench_evaluation
from benchmarks.heights import bench_heights
from benchmarks.table import Table, peak_memory_bytes, timed
from engine.networks.candidates import find_candidates_in_array
from engine.networks.device import Device, choose_device
from engine.networks.layout import STRIDE_PX
from engine.networks.weights import DEFAULT_ROADS
from engine.progress import Silent
from engine.raster.windows import tile, work_ratio
from engine.roads.decode import DecodeOptions, decode
from engine.roads.densify import densify, separate_crossings
from engine.roads.extract import RoadOptions
from engine.roads.refine import RasterBorder
from engine.roads.run import extract_to_file
from engine.roads.tensor import encode
from training.scenes.export import write_scene
from training.scenes.options import SceneOptions
from training.scenes.scene import Scene, render_scene

_SIDE_PX = 2048
_CONVOLUTION = (64, 64, 3, 512)


def convolution_s(device: Device) -> tuple[float, float]:
    """Measure the yardstick: seconds of one 3 × 3 convolution, and its GFLOP."""
    inputs, outputs, kernel, side = _CONVOLUTION
    layer = torch.nn.Conv2d(inputs, outputs, kernel, padding=1)
    layer = layer.to(device.torch_device, device.dtype).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    image = torch.randn(1, inputs, side, side).to(device.torch_device, device.dtype)
    image = image.to(memory_format=torch.channels_last)

    def run() -> None:
        with torch.inference_mode():
            layer(image)
        if device.torch_device.type == "cuda":
            torch.cuda.synchronize()

    run()
    return timed(run, 9), 2e-9 * inputs * outputs * kernel**2 * side**2


def bench_scene(table: Table) -> Scene:
    """Measure rendering on one thread, and return the scene for the others."""
    start = perf_counter()
    scene = render_scene(SceneOptions(seed=7, height_px=_SIDE_PX, width_px=_SIDE_PX))
    seconds = perf_counter() - start
    table.row(f"render a scene of {_SIDE_PX}²", seconds, f"{_SIDE_PX**2 / 1e6 / seconds:.2f} Mpx/s")
    return scene


def bench_decoding(table: Table, scene: Scene) -> None:
    """Measure the decoder on an exact graph tensor."""
    graph = separate_crossings(densify(scene.graph))
    tensor = encode(graph, _SIDE_PX, _SIDE_PX)
    options, border = DecodeOptions.exact(), RasterBorder(_SIDE_PX, _SIDE_PX)
    candidates = find_candidates_in_array(tensor, threshold=options.vertex_threshold)
    peaks_s = timed(lambda: find_candidates_in_array(tensor, threshold=options.vertex_threshold), 5)
    graph_s = timed(lambda: decode(candidates, options, border=border), 5)
    table.row("decode an exact tensor: candidates", peaks_s, f"{len(candidates)} found")
    table.row("decode an exact tensor: graph", graph_s)
    table.row("decode an exact tensor, together", peaks_s + graph_s)


def bench_extraction(table: Table, image: Path, folder: Path, weights: str, device: str) -> None:
    """Measure raster to GeoPackage; the first run, which loads libraries, is not counted."""
    options = RoadOptions(weights=weights, device=device)

    def run() -> None:
        extract_to_file(
            str(image), folder / "roads.gpkg", options, preview=None, resume=False, progress=Silent()
        )

    run()
    table.row(f"raster to GeoPackage, {weights}", timed(run, 3))


@click.command()
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto")
def main(device: str) -> None:
    """Print seconds, and multiples of one convolution of known cost."""
    chosen = choose_device(device)
    yardstick_s, gflop = convolution_s(chosen)
    inputs, outputs, kernel, side = _CONVOLUTION
    click.echo(f"{chosen.description}; multiples (×) are of the yardstick")
    table = Table(yardstick_s)
    shape = f"{inputs}→{outputs}, {kernel}×{kernel}, {side}²"
    table.row(f"yardstick: convolution {shape}", yardstick_s, f"{gflop / yardstick_s:.0f} GFLOP/s")
    bench_evaluation(table)
    with tempfile.TemporaryDirectory() as name:
        bench_heights(table, Path(name), device)
    options = RoadOptions()
    places = tile(
        _SIDE_PX, _SIDE_PX, core_px=options.core_px, margin_px=options.margin_px, stride_px=STRIDE_PX
    )
    click.echo(f"network work for {_SIDE_PX}²: {work_ratio(places):.3f} × one pass over the raster")
    scene = bench_scene(table)
    bench_decoding(table, scene)
    bench_challenge(table, scene)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_scene(scene, folder)
        image = folder / "rgb.tif"
        for weights in (DEFAULT_ROADS, "random:sat2graph"):
            bench_extraction(table, image, folder, weights, device)
    raster_bytes, peak_bytes = scene.rgb.nbytes, peak_memory_bytes()
    click.echo(
        f"most memory held: {peak_bytes / 1e9:.2f} GB, {peak_bytes / raster_bytes:.0f} × the raster's "
        f"{raster_bytes / 1e6:.0f} MB, of which most is libraries and the exact tensor decoded above"
    )


if __name__ == "__main__":
    main()
