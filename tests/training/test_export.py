"""What training exports, the engine loads; and the command line fails in one line."""

import sys
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from engine.networks.weights import build_network, load_weights
from training.__main__ import main, run
from training.checkpoint import Checkpoint, save_checkpoint
from training.config import TrainingError
from training.export import export_weights, parse_scores, parse_training_data

TINY = {"stem": 4, "widths": [4, 8, 8], "blocks": [1, 1], "dilations": [1], "decoder": 4, "head": 4}


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    network, average = build_network("compact", TINY), build_network("compact", TINY)
    state = Checkpoint(
        recipe={"network": {"name": "compact", "options": TINY}},
        step=7,
        elapsed_s=1.0,
        network=network.state_dict(),
        average=average.state_dict(),
        optimiser={},
        torch_rng=torch.get_rng_state(),
        best_score=0.5,
        scores={"f1": 0.5, "vertex_threshold": 0.2},
    )
    save_checkpoint(state, tmp_path / "best.pt")
    return tmp_path / "best.pt"


def test_averaged_weights_arrive_in_the_engine(checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "roads.safetensors"
    arguments = [str(checkpoint), str(out), "--name", "own-roads", "--trained-on", "My town | CC0-1.0"]
    result = CliRunner().invoke(main, ["export", *arguments, "--scores", "plumbline evaluate | f1=0.8"])
    assert result.exit_code == 0, result.output
    loaded = load_weights(out)
    average = torch.load(checkpoint, weights_only=True)["average"]
    for name, value in loaded.network.state_dict().items():
        assert torch.allclose(value, average[name], rtol=1e-3, atol=1e-6)
    card = loaded.card
    assert (card.name, card.architecture, card.m_per_px) == ("own-roads", "compact", 1.0)
    assert [(source.name, source.licence) for source in card.training_data] == [("My town", "CC0-1.0")]
    assert card.scores[1].values == {"f1": 0.8}
    assert card.thresholds == {"vertex_threshold": 0.2}


def test_the_card_says_for_which_ground_sizes_it_is_and_where_it_is_weak(
    checkpoint: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.safetensors"
    told = ["--m-per-px", "0.5", "--m-per-px-range", "0.3", "0.9", "--caveat", "Sees no bridges."]
    result = CliRunner().invoke(main, ["export", str(checkpoint), str(out), "--name", "a", *told])
    assert result.exit_code == 0, result.output
    card = load_weights(out).card
    assert (card.m_per_px_range, card.caveats) == ((0.3, 0.9), ("Sees no bridges.",))


def test_given_thresholds_win_over_the_one_found(checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.safetensors"
    card = export_weights(checkpoint, out, name="a", thresholds={"edge_threshold": 0.3})
    assert card.thresholds == {"vertex_threshold": 0.2, "edge_threshold": 0.3}
    card = export_weights(checkpoint, out, name="a", thresholds={"vertex_threshold": 0.1})
    assert card.thresholds == {"vertex_threshold": 0.1}


def test_a_threshold_the_decoder_lacks_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no option vertex_treshold"):
        export_weights(checkpoint, tmp_path / "a.safetensors", name="a", thresholds={"vertex_treshold": 0.1})
    assert not (tmp_path / "a.safetensors").exists()


@pytest.mark.parametrize("text", ["no licence", "| CC0", "Roads |"])
def test_training_data_needs_a_licence(text: str) -> None:
    with pytest.raises(TrainingError, match="licence"):
        parse_training_data(text)


@pytest.mark.parametrize("text", ["command", "command | f1", "command | f1=good", "| f1=1", "command |"])
def test_scores_need_figures(text: str) -> None:
    with pytest.raises(TrainingError, match="figures"):
        parse_scores(text)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["roads", "--config", "absent.toml"], "cannot be read"),
        (["export", "absent.pt", "out.safetensors", "--name", "a"], "no checkpoint"),
    ],
)
def test_command_line_fails_in_one_line(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["training", *arguments])
    with pytest.raises(SystemExit) as caught:
        run()
    assert message in str(caught.value.code)
    assert "\n" not in str(caught.value.code)
    assert not list(tmp_path.iterdir())


def test_weights_are_validated_from_the_command_line(
    checkpoint: Path, town_folder: Path, tmp_path: Path
) -> None:
    weights = tmp_path / "roads.safetensors"
    export_weights(checkpoint, weights, name="a", thresholds={"vertex_threshold": 0.35})
    recipe = tmp_path / "recipe.toml"
    recipe.write_text('[[sources]]\nkind = "masks"\npath = "."\n[validation]\npath = "."\n', encoding="utf-8")
    arguments = ["--config", str(recipe), "--data", str(town_folder)]
    result = CliRunner().invoke(main, ["validate", str(weights), *arguments])
    assert result.exit_code == 0, result.output
    line = result.stdout.strip().splitlines()[-1]
    figures = {name: float(value) for name, value in (pair.split("=") for pair in line.split())}
    lengths, topology = ["completeness", "correctness", "f1"], ["topo_precision", "topo_recall", "topo_f1"]
    assert list(figures) == [*lengths, "vertex_threshold", *topology, "apls"]
    assert figures["vertex_threshold"] == 0.35, "weights are judged by their own thresholds"


def test_scenes_are_rendered_from_the_command_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["scenes", str(tmp_path / "town"), "--seed", "3", "--size", "96"])
    assert result.exit_code == 0, result.output
    assert list((tmp_path / "town").glob("*.tif"))
