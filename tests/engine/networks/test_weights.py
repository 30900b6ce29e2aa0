import json
import os
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from engine.errors import WeightsError
from engine.networks import weights
from engine.networks.card import Score, TrainingData, WeightsCard
from engine.networks.compact import Compact, CompactConfig
from engine.networks.compact_geopose import CompactGeopose, CompactGeoposeConfig
from engine.networks.geopose import Geopose, GeoposeConfig
from engine.networks.sat2graph import Sat2Graph, Sat2GraphConfig
from engine.networks.weights import load_weights, random_weights, save_weights

TINY = CompactConfig(stem=4, widths=(4, 8, 8), blocks=(1, 1), dilations=(1, 2), decoder=4, head=8)
CARD = WeightsCard(
    name="tiny",
    architecture="compact",
    m_per_px=0.5,
    training_data=(TrainingData("drawn towns", "CC0-1.0"),),
    scores=(Score("plumbline evaluate roads a b", {"quality": 0.5}),),
    thresholds={"vertex_threshold": 0.1},
    caveats=("Sees no bridges.",),
)


@pytest.fixture
def network() -> Compact:
    torch.manual_seed(1)
    network = Compact(TINY).train()
    network(torch.randn(2, 3, 64, 64))  # moves the running statistics away from their start
    return network.eval()


@pytest.fixture
def file(network: Compact, tmp_path: Path) -> Path:
    save_weights(tmp_path / "tiny.safetensors", network, CARD)
    return tmp_path / "tiny.safetensors"


def rewritten(file: Path, change: dict[str, torch.Tensor | None], **card: object) -> Path:
    """A copy with tensors replaced (None: removed) and card fields changed."""
    with safe_open(file, framework="pt") as opened:
        values = json.loads(opened.metadata()["plumbline"]) | card
    tensors = load_file(file) | change
    copy = file.with_name("changed.safetensors")
    save_file(
        {name: tensor for name, tensor in tensors.items() if tensor is not None},
        copy,
        {"plumbline": json.dumps(values)},
    )
    return copy


@pytest.mark.parametrize("half_precision", [True, False])
def test_a_network_comes_back_as_it_was(network: Compact, tmp_path: Path, *, half_precision: bool) -> None:
    path = tmp_path / "tiny.safetensors"
    save_weights(path, network, CARD, half_precision=half_precision)
    loaded = load_weights(path)
    image = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        gap = (loaded.network(image) - network(image)).abs().max()
    assert gap < (2e-2 if half_precision else 1e-6)
    assert not loaded.network.training
    assert loaded.network.configuration == TINY


def test_the_card_comes_back_with_the_network_s_configuration(file: Path) -> None:
    card = load_weights(file).card
    assert card.configuration["widths"] == [4, 8, 8]
    assert (card.name, card.m_per_px, card.thresholds) == ("tiny", 0.5, {"vertex_threshold": 0.1})
    assert (card.training_data, card.scores) == (CARD.training_data, CARD.scores)
    assert card.caveats == CARD.caveats != ()
    assert (card.normalisation.white, card.normalisation.centre, card.normalisation.gain) == (255, 0.5, 0.9)


def test_the_reference_network_is_stored_too(tmp_path: Path) -> None:
    network = Sat2Graph(Sat2GraphConfig(channel=1))
    save_weights(tmp_path / "s.safetensors", network, WeightsCard("s", "sat2graph"))
    loaded = load_weights(str(tmp_path / "s.safetensors")).network
    assert loaded.configuration == network.configuration


@pytest.mark.parametrize(
    ("architecture", "network"),
    [
        ("geopose", Geopose(GeoposeConfig((4, 4, 8, 8), (1, 2, 1, 1), (8, 8, 4, 4, 4)))),
        (
            "compact-geopose",
            CompactGeopose(CompactGeoposeConfig(4, (4, 8, 8, 8), (1, 1, 1), (1, 2), (8, 8, 4, 4), 8)),
        ),
    ],
)
def test_networks_for_heights_are_stored_too(
    architecture: str, network: Geopose | CompactGeopose, tmp_path: Path
) -> None:
    path = tmp_path / "heights.safetensors"
    save_weights(path, network, WeightsCard("heights", architecture, m_per_px=0.7), half_precision=False)
    loaded = load_weights(path)
    assert loaded.network.configuration == network.configuration
    image, m_per_px = torch.randn(1, 3, 32, 64), torch.tensor([0.5])
    with torch.inference_mode():
        outputs = loaded.network(image, m_per_px), network.eval()(image, m_per_px)
    for ours, theirs in zip(*(output[:3] for output in outputs), strict=True):
        assert torch.equal(ours, theirs)
    loaded.require("heights")
    with pytest.raises(WeightsError, match="does not predict roads: use weights of compact or sat2graph"):
        loaded.require("roads")


def test_the_compact_network_for_heights_is_small_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "heights.safetensors"
    loaded = load_weights("random:compact-geopose:1")
    save_weights(path, loaded.network, loaded.card)
    assert path.stat().st_size <= 8_000_000


def test_shipped_weights_are_found_by_name(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "FOLDER", file.parent)
    assert weights.list_weights() == ["tiny"]
    assert load_weights("tiny").sha256 == load_weights(file).sha256
    with pytest.raises(WeightsError, match=r"'huge'.*available: tiny"):
        load_weights("huge")


def test_the_checksum_is_that_of_the_file(file: Path, network: Compact) -> None:
    before = load_weights(file).sha256
    assert len(before) == 64
    with torch.no_grad():
        network.planes.bias[0] += 1.0
    save_weights(file, network, CARD)
    assert load_weights(file).sha256 != before


def test_every_truncation_is_noticed(file: Path) -> None:
    content = file.read_bytes()
    for length in (0, 4, 8, 100, len(content) // 2, len(content) - 1):
        file.write_bytes(content[:length])
        with pytest.raises(WeightsError, match="damaged"):
            load_weights(file)


def test_another_kind_of_file_is_refused(file: Path) -> None:
    file.write_bytes(b"GIF89a" + bytes(1000))
    with pytest.raises(WeightsError, match="damaged"):
        load_weights(file)


def test_tensors_must_fit_the_architecture(file: Path) -> None:
    bias = torch.zeros(4 * 28)
    for change, message in (
        ({"planes.bias": None}, r"1 tensors are missing \['planes.bias'\]"),
        ({"planes.extra": bias}, r"1 are unexpected \['planes.extra'\]"),
        ({"planes.bias": torch.zeros(7)}, r"planes.bias is \(7,\) and should be \(112,\)"),
        ({"planes.bias": bias / 0.0}, "no finite number"),
    ):
        with pytest.raises(WeightsError, match=message):
            load_weights(rewritten(file, change))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("architecture", "sat2graph", "sat2graph cannot be built"),
        ("architecture", "transformer", "no architecture 'transformer'"),
        ("architecture", ["compact"], "card cannot be read"),
        ("configuration", {"stem": 10**9}, "has 1000000000"),
        ("configuration", {"stem": "4"}, "has '4'"),
        ("configuration", {"trunk": 4}, "cannot be built"),
        ("configuration", {"widths": [4, 8]}, "cannot be built"),
        ("configuration", {}, "does not fit|and should be"),
        ("configuration", {"dilations": [1] * 10**5}, "100000 stages"),
        ("m_per_px", 0.0, "not above zero"),
        ("m_per_px", 1e9, "between 0.01 and 100"),
        ("m_per_px", 1e-9, "between 0.01 and 100"),
        ("normalisation", {"white": 255, "centre": 0.5, "gain": 1e38}, "gain = 1e"),
        ("thresholds", {"vertex_threshold": -0.1}, "between 0 and 1"),
        ("thresholds", {"edge_threshold": 7}, "between 0 and 1"),
        ("thresholds", {"nms_radius_px": 1e9}, "between 0 and 200"),
        ("thresholds", {"nms_radius_px": "8"}, "card cannot be read"),
        ("m_per_px", None, "card cannot be read"),
        ("m_per_px_range", [0.3], "card cannot be read"),
        ("m_per_px_range", [0.3, "1"], "card cannot be read"),
        ("m_per_px_range", [0.6, 1.1], "least m_per_px = 0.6"),
        ("m_per_px_range", [0.3, 0.4], "most m_per_px = 0.4"),
        ("normalisation", {}, "card cannot be read"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(file: Path, field: str, value: object, message: str) -> None:
    with pytest.raises(WeightsError, match=message):
        load_weights(rewritten(file, {}, **{field: value}))


def test_unknown_fields_of_a_later_version_do_not_matter(file: Path) -> None:
    assert load_weights(rewritten(file, {}, mood="sunny")).card.name == "tiny"


def test_tensors_without_a_card_are_refused(file: Path) -> None:
    save_file({"a": torch.zeros(1)}, file)
    with pytest.raises(WeightsError, match="no card"):
        load_weights(file)


class Hostile:
    """Creates a file when unpickled by a reader that trusts it."""

    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.victim),)


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".ckpt"])
def test_a_checkpoint_that_would_run_code_is_refused_and_does_not_run_it(suffix: str, tmp_path: Path) -> None:
    victim, path = tmp_path / "harm", tmp_path / f"hostile{suffix}"
    torch.save({"card": CARD.to_json(), "tensors": {}, "more": Hostile(victim)}, path)
    with pytest.raises(WeightsError, match="could run code"):
        load_weights(path)
    assert not victim.exists()
    torch.load(path, weights_only=False)
    assert victim.exists(), "the file was harmless: this test tested nothing"


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "damaged.pt"
    for content in (b"", b"PK\x03\x04" + bytes(50), b"\x80\x05garbage"):
        path.write_bytes(content)
        with pytest.raises(WeightsError, match="refused"):
            load_weights(path)


def test_a_checkpoint_with_a_card_is_read(network: Compact, file: Path, tmp_path: Path) -> None:
    path = tmp_path / "tiny.pt"
    torch.save({"card": load_weights(file).card.to_json(), "tensors": network.state_dict()}, path)
    assert load_weights(path).network.configuration == TINY
    torch.save(network.state_dict(), path)
    with pytest.raises(WeightsError, match="'card'"):
        load_weights(path)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="absent"):
        load_weights(tmp_path / "absent.safetensors")
    with pytest.raises(WeightsError, match="no weights file"):
        load_weights(tmp_path)
    with pytest.raises(WeightsError, match="too long"):
        load_weights("x" * 5000 + ".pt")


def test_nothing_unusable_is_ever_written(network: Compact, tmp_path: Path) -> None:
    path = tmp_path / "new.safetensors"
    with pytest.raises(WeightsError, match="'sat2graph', the network is a Compact"):
        save_weights(path, network, WeightsCard("x", "sat2graph"))
    with torch.no_grad():
        network.planes.weight[0] = 1e6
    with pytest.raises(WeightsError, match="float16"):
        save_weights(path, network, CARD)
    assert not list(tmp_path.iterdir())


def test_random_weights_depend_on_their_seed_only() -> None:
    first, again, other = (
        random_weights("compact", 3),
        load_weights("random:compact:3"),
        random_weights("compact", 4),
    )
    torch.manual_seed(0)
    untouched = torch.rand(1)
    torch.manual_seed(0)
    random_weights("compact")
    assert torch.rand(1) == untouched
    assert torch.equal(first.network.planes.weight, again.network.planes.weight)
    assert not torch.equal(first.network.planes.weight, other.network.planes.weight)
    assert len({first.sha256, again.sha256, other.sha256}) == 2


def test_a_random_reference_network_does_not_flood_the_decoder() -> None:
    network = load_weights("random:sat2graph").network
    with torch.inference_mode():
        planes = network(torch.randn(1, 3, 64, 64))[0]
    assert torch.sigmoid(planes[0] - planes[1]).max() < 0.02


@pytest.mark.parametrize("name", ["random:unet", "random:compact:x", "random:compact:" + "9" * 30])
def test_random_weights_of_no_architecture_are_refused(name: str) -> None:
    with pytest.raises(WeightsError):
        load_weights(name)
