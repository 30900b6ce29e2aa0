"""Weights files: network, card and checksum in, one safetensors file out, and back.

A safetensors file holds numbers only. Pickled checkpoints are read as well, but never in a way that
lets them run code.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_safetensors
from torch import Tensor, nn

from engine.atomic import atomic_path
from engine.errors import WeightsError
from engine.networks.card import WeightsCard
from engine.networks.compact import Compact, CompactConfig, prior_bias
from engine.networks.compact_geopose import CompactGeopose, CompactGeoposeConfig
from engine.networks.geopose import Geopose, GeoposeConfig
from engine.networks.sat2graph import Sat2Graph, Sat2GraphConfig

DEFAULT_ROADS = "roads-compact"
"""Name of the road weights that are used when none are named."""

DEFAULT_HEIGHTS = "heights-compact"
"""Name of the weights for heights that are used when none are named."""

FOLDER = Path(__file__).resolve().parents[1] / "weights"
"""Where shipped weights lie."""

_BUILDERS: dict[str, Callable[..., nn.Module]] = {
    "compact": lambda **values: Compact(CompactConfig(**values)),
    "sat2graph": lambda **values: Sat2Graph(Sat2GraphConfig(**values)),
    "compact-geopose": lambda **values: CompactGeopose(CompactGeoposeConfig(**values)),
    "geopose": lambda **values: Geopose(GeoposeConfig(**values)),
}
_CLASSES = {
    "compact": Compact,
    "sat2graph": Sat2Graph,
    "compact-geopose": CompactGeopose,
    "geopose": Geopose,
}
_PURPOSES = {"roads": ("compact", "sat2graph"), "heights": ("compact-geopose", "geopose")}
_KEY = "plumbline"
_SAFE = ".safetensors"
_PICKLED = (".pt", ".pth", ".ckpt")
_RANDOM = "random"
_LARGEST_OPTION = 4096
_MOST_STAGES = 64
_SEED_DIGITS = 18
"""A seed of so many digits fits into torch's 64 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadedWeights:
    """A network ready for use.

    Attributes:
        network: In evaluation mode, float32, on the processor.
        card: What it is.
        sha256: Hexadecimal checksum of the file.
    """

    network: nn.Module
    card: WeightsCard
    sha256: str

    def require(self, purpose: Literal["roads", "heights"]) -> None:
        """Refuse weights of a network that predicts something else.

        Args:
            purpose: What the network should predict.

        Raises:
            WeightsError: It predicts something else.
        """
        if self.card.architecture not in _PURPOSES[purpose]:
            raise WeightsError(
                f"{self.card.name} are weights of a {self.card.architecture} network, which does not predict "
                f"{purpose}: use weights of {' or '.join(_PURPOSES[purpose])}."
            )


def build_network(architecture: str, configuration: Mapping[str, Any]) -> nn.Module:
    """Make a network with fresh weights from torch's generator.

    Args:
        architecture: "compact" or "sat2graph" for roads, "compact-geopose" or "geopose" for heights.
        configuration: Fields of its configuration that differ from the defaults.

    Raises:
        WeightsError: There is no such architecture, or it has no such configuration.
    """
    if architecture not in _BUILDERS:
        known = ", ".join(_BUILDERS)
        raise WeightsError(f"There is no architecture {architecture!r}: this version knows {known}.")
    values = {key: tuple(one) if isinstance(one, list) else one for key, one in configuration.items()}
    for one in values.values():
        if isinstance(one, tuple) and len(one) > _MOST_STAGES:
            raise WeightsError(
                f"The configuration of the network has {len(one)} stages in a row: export the weights again."
            )
        for number in one if isinstance(one, tuple) else (one,):
            # Also keeps a damaged card from asking for more memory than there is.
            if type(number) is not int or not 0 < number <= _LARGEST_OPTION:
                raise WeightsError(
                    f"The configuration of the network has {number!r}: export the weights again."
                )
    try:
        return _BUILDERS[architecture](**values)
    except (TypeError, ValueError, IndexError, RuntimeError) as error:
        raise WeightsError(
            f"{architecture} cannot be built from {values} ({error}): export the weights again."
        ) from error


def _filled(card: WeightsCard, tensors: Mapping[str, Tensor], source: str) -> nn.Module:
    """Build a card's network and give it its weights; nothing is allocated before all shapes agree."""
    with torch.device("meta"):
        network = build_network(card.architecture, card.configuration)
    wanted = network.state_dict()
    missing, unexpected = sorted(wanted.keys() - tensors.keys()), sorted(tensors.keys() - wanted.keys())
    if missing or unexpected:
        raise WeightsError(
            f"{source} does not fit {card.architecture}: {len(missing)} tensors are missing {missing[:2]}, "
            f"{len(unexpected)} are unexpected {unexpected[:2]}. Use weights of this architecture."
        )
    ready = {}
    for name, empty in wanted.items():
        if tensors[name].shape != empty.shape:
            raise WeightsError(
                f"{source} does not fit {card.architecture}: {name} is {tuple(tensors[name].shape)} "
                f"and should be {tuple(empty.shape)}. Use weights of this configuration."
            )
        ready[name] = tensors[name].to(empty.dtype)
        if not torch.isfinite(ready[name]).all():
            raise WeightsError(f"{source} has a value in {name} that is no finite number: use a sound copy.")
    network.load_state_dict(ready, assign=True)
    return network.eval().requires_grad_(requires_grad=False)


def _read_safetensors(path: Path) -> tuple[WeightsCard, dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, RuntimeError, ValueError) as error:
        raise WeightsError(f"{path} is damaged or no safetensors file ({error}): copy it again.") from error
    if _KEY not in metadata:
        raise WeightsError(f"{path} holds tensors but no card of Plumbline: export the weights again.")
    return WeightsCard.from_json(metadata[_KEY]), tensors


def _read_pickled(path: Path) -> tuple[WeightsCard, dict[str, Tensor]]:
    """Read {"card": JSON text, "tensors": {name: tensor}}, and nothing that could run code."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:
        # A damaged or hostile pickle may raise anything.
        raise WeightsError(
            f"{path} was refused: it is damaged, or holds more than tensors and could run code. "
            "Export the weights to a .safetensors file."
        ) from error
    tensors = content.get("tensors") if isinstance(content, dict) else None
    if not isinstance(tensors, dict) or not all(isinstance(one, Tensor) for one in tensors.values()):
        raise WeightsError(
            f"{path} has no 'card' and 'tensors' of Plumbline: export the weights to a .safetensors file."
        )
    return WeightsCard.from_json(str(content.get("card"))), tensors


def _read(path: Path) -> LoadedWeights:
    reader = _read_pickled if path.suffix in _PICKLED else _read_safetensors
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        card, tensors = reader(path)
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror or error}.") from error
    return LoadedWeights(_filled(card, tensors, str(path)), card, sha256)


def list_weights() -> list[str]:
    """Name the shipped weights, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*" + _SAFE))


def random_weights(architecture: str, seed: int = 0) -> LoadedWeights:
    """Make an untrained network, for measuring speed.

    Args:
        architecture: "compact" or "sat2graph" for roads, "compact-geopose" or "geopose" for heights.
        seed: Of the random numbers.

    Raises:
        WeightsError: There is no such architecture.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build_network(architecture, {}).eval().requires_grad_(requires_grad=False)
    if isinstance(network, Sat2Graph):
        # It starts undecided, which a decoder would take for tens of thousands of vertices.
        network.planes.bias = nn.Parameter(prior_bias(), requires_grad=False)
    card = WeightsCard(name=f"{_RANDOM}:{architecture}:{seed}", architecture=architecture)
    return LoadedWeights(network, card, hashlib.sha256(card.name.encode()).hexdigest())


def save_weights(
    path: str | Path,
    network: Compact | Sat2Graph | CompactGeopose | Geopose,
    card: WeightsCard,
    *,
    half_precision: bool = True,
) -> None:
    """Write a network and its card to one safetensors file; it appears only when complete.

    Args:
        path: Where to; an existing file is replaced.
        network: The network that the card names; buffers are written as well.
        card: What to tell of it. Its configuration is completed from the network.
        half_precision: Store kernels as float16, half the size; statistics and biases stay float32.

    Raises:
        WeightsError: Card and network are not of one architecture, or a value is no finite number.
        OutputError: The file cannot be written.
    """
    if type(network) is not _CLASSES.get(card.architecture):
        raise WeightsError(f"The card says {card.architecture!r}, the network is a {type(network).__name__}.")
    tensors = {}
    for name, tensor in network.state_dict().items():
        small = half_precision and tensor.ndim > 1 and tensor.is_floating_point()
        stored = tensor.detach().cpu().to(torch.float16 if small else tensor.dtype)
        if not torch.isfinite(stored).all():
            raise WeightsError(f"{name} has a value that is no finite number, or too large for float16.")
        tensors[name] = stored.contiguous()
    complete = replace(card, configuration=asdict(network.configuration))
    content = to_safetensors(tensors, metadata={_KEY: complete.to_json()})
    with atomic_path(path) as draft:
        draft.write_bytes(content)


def find_weights(name: str | Path) -> Path | None:
    """Find the file of weights.

    Args:
        name: As for ``load_weights``.

    Returns:
        The file; None for an untrained network, which has none.

    Raises:
        WeightsError: There are no such weights.
    """
    text = str(name)
    kind, _, rest = text.partition(":")
    if kind == _RANDOM and rest:
        return None
    path = Path(text)
    if path.suffix in (_SAFE, *_PICKLED) or path.name != text:
        try:
            found = path.is_file()
        except OSError as error:
            raise WeightsError(f"{text[:200]} cannot be read: {error.strerror}.") from error
        if not found:
            raise WeightsError(f"There is no weights file {path}: check its name.")
        return path
    if text not in list_weights():
        available = ", ".join(list_weights()) or "none"
        raise WeightsError(
            f"There are no weights named {text[:60]!r} (available: {available}): use one of these, or a file."
        )
    return FOLDER / (text + _SAFE)


def load_weights(name: str | Path) -> LoadedWeights:
    """Load weights by name or from a file.

    Args:
        name: Name of shipped weights, path of a .safetensors, .pt, .pth or .ckpt file, or
            "random:ARCHITECTURE" or "random:ARCHITECTURE:SEED" for an untrained network.

    Raises:
        WeightsError: There are no such weights, or the file is damaged, unsafe, or does not fit.
    """
    path = find_weights(name)
    if path is not None:
        return _read(path)
    _, architecture, *rest = str(name).split(":", 2)
    seed = "".join(rest)
    if seed and not (seed.isdecimal() and len(seed) <= _SEED_DIGITS):
        raise WeightsError(
            f"{str(name)[:60]!r} has no whole number of up to {_SEED_DIGITS} digits as its seed: use "
            f"{_RANDOM}:{architecture[:20]}:1."
        )
    return random_weights(architecture, int(seed or 0))
