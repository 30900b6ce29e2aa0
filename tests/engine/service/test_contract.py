"""Both sides read and write the same: recorded lines, equal copies, equal defaults."""

from dataclasses import MISSING, fields
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import engine.service.protocol as engine_side
import qgis_plugin.engine_client.protocol as plugin_side
from engine.errors import EngineError
from engine.evaluation.heights import HeightOptions as CompareHeights
from engine.evaluation.roads import EvaluateOptions, Inputs
from engine.heights.buildings.footprints import FootprintOptions
from engine.heights.estimate import HeightOptions
from engine.heights.known.calibration import HEIGHT_FIELD
from engine.heights.run import HeightProducts
from engine.networks.device import choose_device
from engine.roads.extract import RoadOptions
from engine.service import comparisons, options
from engine.service.limits import CHOICES, LIMITS, check
from engine.service.requests import (
    METHODS,
    EstimateHeights,
    EvaluateHeights,
    EvaluateRoads,
    ExtractRoads,
    MoveFootprints,
    Rectify,
)

ROOT = Path(__file__).resolve().parents[3]
TRANSCRIPT = (ROOT / "tests" / "contract" / "transcript.txt").read_bytes().splitlines(keepends=True)
ROADS = b'{"id": 7, "method": "extract_roads", "params": {"raster": "r", "output": "o", %b}}'
SIDES = pytest.mark.parametrize("side", [engine_side, plugin_side], ids=["engine", "plugin"])


def said(arrow):
    return [line.removeprefix(arrow) for line in TRANSCRIPT if line.startswith(arrow)]


@pytest.mark.parametrize("name", ["protocol.py", "requests.py"])
def test_the_two_copies_are_the_same(name):
    engine, plugin = ROOT / "engine" / "service", ROOT / "qgis_plugin" / "engine_client"
    assert (engine / name).read_bytes() == (plugin / name).read_bytes()


@SIDES
def test_recorded_lines_are_read_and_written_again(side):
    for line in said(b"> "):
        assert side.encode(side.decode_to_engine(line)) == line
    for line in said(b"< "):
        assert side.encode(side.decode_from_engine(line)) == line


def test_the_transcript_holds_every_kind_of_message():
    calls = [engine_side.decode_to_engine(line) for line in said(b"> ")]
    answers = [engine_side.decode_from_engine(line) for line in said(b"< ")]
    assert {type(each.request) for each in calls if isinstance(each, engine_side.Call)} == set(
        METHODS.values()
    )
    assert {type(each) for each in calls} == set(get_args(engine_side.ToEngine))
    assert {type(each) for each in answers} == set(get_args(engine_side.FromEngine))


@SIDES
def test_what_a_newer_partner_adds_is_passed_over(side):
    line = b'{"id": 1, "method": "hello", "params": {"version": "9", "mood": "sunny"}, "extra": [1]}'
    assert side.decode_to_engine(line).request.version == "9"
    line = b'{"id": 1, "result": {"files": {}, "pictures": {"a": "b"}}, "extra": 1}'
    assert side.decode_from_engine(line) == side.Answer(1, side.Result())


@SIDES
@pytest.mark.parametrize(
    ("line", "code", "number"),
    [
        (b"", -32700, None),
        (b'{"id": 1, "meth', -32700, None),
        (b"[" * 100_000, -32700, None),
        (b"\xff\xfe", -32700, None),
        (b"[]", -32600, None),
        (b'[{"id": 1, "method": "hello"}]', -32600, None),
        (b'{"id": 7}', -32600, 7),
        (b'{"id": 7, "method": 3}', -32600, 7),
        (b'{"id": 7, "method": "hello", "params": [1]}', -32600, 7),
        (b'{"id": "7", "method": "hello", "params": {}}', -32600, None),
        (b'{"method": "hello", "params": {}}', -32600, None),
        (b'{"id": 7, "method": "launch", "params": {}}', -32601, 7),
        (b'{"id": 7, "method": "hello", "params": {}}', -32602, 7),
        (b'{"id": 7, "method": "mask_to_graph", "params": {"mask": 1, "output": "o"}}', -32602, 7),
        (b'{"id": 7, "method": "examine", "params": {"device": null}}', -32602, 7),
        (ROADS % b'"gsd_m": NaN', -32602, 7),
        (ROADS % b'"gsd_m": true', -32602, 7),
        (ROADS % (b'"gsd_m": 1' + b"0" * 400), -32602, 7),
        (ROADS % (b'"gsd_m": 1' + b"0" * 5000), -32700, None),
        (ROADS % b'"gsd_m": 1e999', -32602, 7),
        (ROADS % b'"bands": [1.5]', -32602, 7),
        (ROADS % b'"resume": 1', -32602, 7),
        (b'{"method": "cancel", "params": {"id": "1"}}', -32602, None),
    ],
)
def test_what_is_no_message_is_told_by_its_code(side, line, code, number):
    with pytest.raises(side.ProtocolError) as refused:
        side.decode_to_engine(line)
    assert (refused.value.code, refused.value.id) == (code, number)


def test_defaults_are_the_engine_s_own():
    roads = ExtractRoads("r.tif", "o.gpkg")
    assert options.road_options(roads) == RoadOptions()
    heights = EstimateHeights("r.tif", "o.tif")
    assert options.height_options(heights) == HeightOptions()
    assert options.height_products(heights) == HeightProducts(Path("o.tif"))
    assert options.known_heights(heights) is None
    assert heights.calibrate_field == HEIGHT_FIELD
    assert options.footprint_options(MoveFootprints("p", "h", "o.gpkg")) == FootprintOptions()
    compared = EvaluateRoads("p", "t")
    assert comparisons.road_measures(compared) == EvaluateOptions()
    assert comparisons.road_inputs(compared) == Inputs(Path("p"), Path("t"))
    assert comparisons.road_outputs(compared).paths == []
    assert comparisons.height_comparison(EvaluateHeights("p", "t")) == CompareHeights()
    assert comparisons.height_outputs(EvaluateHeights("p", "t")).paths == []


def test_every_limit_is_of_a_parameter_and_every_number_has_one():
    known = {each.name: get_type_hints(kind)[each.name] for kind in METHODS.values() for each in fields(kind)}
    numbers = {name for name, hint in known.items() if hint is float or float in get_args(hint)}
    assert set(LIMITS) == numbers
    assert {known[name] for name in CHOICES} <= {str, known["unit"]}


@pytest.mark.parametrize("kind", METHODS.values())
def test_defaults_are_within_the_limits(kind):
    needed = [each.name for each in fields(kind) if each.default is MISSING]
    check(kind(**dict.fromkeys(needed, "x")))


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (ExtractRoads("r", "o", min_confidence=1.01), "is 1.01: give a number at least 0 and at most 1"),
        (ExtractRoads("r", "o", gsd_m=0.0), "gsd_m is 0: give a number above 0"),
        (ExtractRoads("r", "o", spur_m=-1.0), "spur_m is -1: give a number at least 0."),
        (EstimateHeights("r", "o", off_nadir_deg=90.0), "at least 0 and below 90"),
        (Rectify("r", "h", "o", heights_at="moon"), "heights_at is 'moon': use image, ground"),
    ],
)
def test_what_means_nothing_is_refused(request_, message):
    with pytest.raises(EngineError, match=message):
        check(request_)


@pytest.mark.parametrize("device", CHOICES["device"][:2])
def test_devices_are_known_to_the_engine(device):
    choose_device(device)
