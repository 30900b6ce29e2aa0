"""The training run: batches in, weights out, stoppable at every step."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from engine.networks.compact import Compact, CompactConfig
from engine.progress import Progress, Silent
from training.checkpoint import Checkpoint, read_checkpoint, save_checkpoint
from training.config import NetworkOptions, Recipe, Source, TrainingError
from training.datasets import Crops, load_crops, load_source
from training.losses import TERMS, Batch, Losses, graph_tensor_loss
from training.schedule import WeightAverage, fraction_done, learning_rate
from training.validate import Exam, crop_losses, set_exam

LAST = "last.pt"
"""Checkpoint of the newest state, from which a run goes on."""

BEST = "best.pt"
"""Checkpoint of the state with the best validation score."""


@dataclass(slots=True)
class _Run:
    """What changes while a run goes on."""

    network: nn.Module
    wrapped: nn.Module
    optimiser: torch.optim.Optimizer
    average: WeightAverage | None
    step: int = 0
    elapsed_s: float = 0.0
    best_score: float = float("-inf")
    scores: dict[str, float] | None = None

    @property
    def judged(self) -> nn.Module:
        """The network that is validated: the averaged one where there is one."""
        return self.average.network if self.average else self.network


class _Batches(Dataset[Batch]):
    """Batches by step number, as tensors."""

    def __init__(self, crops: Crops) -> None:
        self._crops = crops

    def __getitem__(self, step: int) -> Batch:
        return self._crops[step]


def make_network(options: NetworkOptions) -> nn.Module:
    """Make the network of a recipe with fresh weights from torch's generator.

    Raises:
        TrainingError: The network has no such option.
    """
    values = {
        name: tuple(value) if isinstance(value, list) else value for name, value in options.options.items()
    }
    if options.name == "sat2graph":
        raise TrainingError("The network sat2graph is not here yet: use compact.")
    try:
        return Compact(CompactConfig(**values))
    except TypeError as error:
        raise TrainingError(
            f"The network {options.name} has no such option ({error}): mend [network]."
        ) from error


def _ignore_signals(_worker: int) -> None:
    # The main process decides when to stop; Ctrl-C reaches the whole group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _loader(crops: Crops, start: int) -> Iterator[Batch]:
    run = crops.recipe.run
    return iter(
        DataLoader(
            _Batches(crops),
            batch_size=None,
            sampler=range(start, run.steps),
            num_workers=run.workers,
            prefetch_factor=3 if run.workers else None,
            worker_init_fn=_ignore_signals,
        )
    )


@contextmanager
def _stop_on_signal() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C and SIGTERM into a wish to stop after the current step."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _freeze(run: _Run, recipe: Recipe) -> Checkpoint:
    return Checkpoint(
        recipe=asdict(recipe),
        step=run.step,
        elapsed_s=run.elapsed_s,
        network=run.network.state_dict(),
        average=run.average.network.state_dict() if run.average else None,
        optimiser=run.optimiser.state_dict(),
        torch_rng=torch.get_rng_state(),
        best_score=run.best_score,
        scores=run.scores or {},
    )


def _thaw(run: _Run, recipe: Recipe, path: Path) -> None:
    """Continue from a checkpoint.

    Raises:
        TrainingError: It holds another network.
    """
    kept = read_checkpoint(path)
    if kept.recipe["network"] != asdict(recipe)["network"]:
        raise TrainingError(f"{path} holds another network than the recipe: resume with its own recipe.")
    run.network.load_state_dict(kept.network)
    if run.average:
        run.average.network.load_state_dict(kept.average or kept.network)
    run.optimiser.load_state_dict(kept.optimiser)
    torch.set_rng_state(kept.torch_rng)
    run.step, run.elapsed_s = kept.step, kept.elapsed_s
    run.best_score, run.scores = kept.best_score, kept.scores


def _set_up(fabric: Fabric, recipe: Recipe) -> _Run:
    torch.manual_seed(recipe.run.seed)
    network = make_network(recipe.network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    network = network.to(fabric.device)
    options = recipe.optimiser
    optimiser = torch.optim.AdamW(network.parameters(), lr=options.rate, weight_decay=options.weight_decay)
    average = WeightAverage(network, options.average_decay) if options.average_decay else None
    wrapped, wrapped_optimiser = fabric.setup(network, optimiser)
    return _Run(network, wrapped, wrapped_optimiser, average)


def _learn(fabric: Fabric, run: _Run, batch: Batch, recipe: Recipe) -> Losses:
    """Take one step of gradient descent."""
    batch = batch.on(fabric.device)
    rate = learning_rate(
        recipe.optimiser, step=run.step, fraction=fraction_done(recipe.run, run.step, run.elapsed_s)
    )
    for group in run.optimiser.param_groups:
        group["lr"] = rate
    run.wrapped.train()
    losses = graph_tensor_loss(run.wrapped(batch.image), batch, recipe.loss)
    run.optimiser.zero_grad(set_to_none=True)
    fabric.backward(losses.total)
    if recipe.optimiser.clip_norm:
        nn.utils.clip_grad_norm_(run.network.parameters(), recipe.optimiser.clip_norm)
    run.optimiser.step()
    if run.average:
        run.average.update(run.network, run.step)
    run.step += 1
    return losses


def _examine(fabric: Fabric, run: _Run, exam: Exam, recipe: Recipe) -> None:
    """Judge the network and note the scores."""
    judged = run.judged.eval()
    with fabric.autocast():
        losses = crop_losses(judged, exam, recipe, fabric.device)
    run.scores = {f"val_{name}": value for name, value in losses.items()} | {"score": -losses["total"]}


def _is_due(now: float, last: float, every: float | None) -> bool:
    return every is not None and now - last >= every


class _Journal:
    """Curves for TensorBoard and a line on the terminal; silent on all but the first process."""

    def __init__(self, out: Path, recipe: Recipe, *, first: bool, step: int) -> None:
        self._writer = SummaryWriter(str(out / "curves")) if first else None
        self._bar = tqdm(
            total=recipe.run.steps,
            initial=step,
            unit="step",
            disable=not first,
            smoothing=0.05,
            mininterval=5,
        )
        self._batch = recipe.run.batch
        self._sums: dict[str, float] = {}
        self._count = 0
        self._since = time.monotonic()

    def note_step(self, step: int, losses: Losses, every: int = 50) -> None:
        """Note one step's losses; every so many steps write their means."""
        for name in TERMS:
            self._sums[name] = self._sums.get(name, 0.0) + float(getattr(losses, name).detach())
        self._count += 1
        self._bar.update()
        if self._count == every:
            now = time.monotonic()
            means = {name: value / every for name, value in self._sums.items()}
            self._bar.set_postfix(
                loss=f"{means['total']:.4f}", crops_per_s=f"{every * self._batch / (now - self._since):.1f}"
            )
            self.write("train", means, step)
            self._sums, self._count, self._since = {}, 0, now

    def write(self, prefix: str, values: dict[str, float], step: int) -> None:
        """Write scalars."""
        if self._writer:
            for name, value in values.items():
                self._writer.add_scalar(f"{prefix}/{name}", value, step)
            self._writer.flush()

    def say(self, message: str) -> None:
        """Print a line above the bar."""
        if not self._bar.disable:
            self._bar.write(message)

    def close(self) -> None:
        """End the bar and the curves."""
        self._bar.close()
        if self._writer:
            self._writer.close()


def _loop(
    fabric: Fabric,
    run: _Run,
    recipe: Recipe,
    crops: Crops,
    exam: Exam | None,
    out: Path,
    *,
    clock: Callable[[], float],
    asked_to_stop: Callable[[], bool],
) -> None:
    journal = _Journal(out, recipe, first=fabric.is_global_zero, step=run.step)
    before = clock()
    examined_s = saved_s = run.elapsed_s
    pause = recipe.validation
    keep = recipe.checkpoint
    for batch in _loader(crops, run.step):
        losses = _learn(fabric, run, batch, recipe)
        journal.note_step(run.step, losses)
        now = clock()
        run.elapsed_s += now - before
        before = now
        over = fraction_done(recipe.run, run.step, run.elapsed_s) >= 1.0 or asked_to_stop()
        finished = over and not asked_to_stop()
        minutes = None if pause.every_minutes is None else 60.0 * pause.every_minutes
        due = (
            run.step % pause.every_steps == 0
            if minutes is None
            else _is_due(run.elapsed_s, examined_s, minutes)
        )
        if exam and (due or finished):
            examined_s = run.elapsed_s
            _examine(fabric, run, exam, recipe)
            journal.say(
                f"step {run.step}: " + ", ".join(f"{k} {v:.4f}" for k, v in (run.scores or {}).items())
            )
            journal.write("val", run.scores or {}, run.step)
            if (run.scores or {})["score"] > run.best_score:
                run.best_score = (run.scores or {})["score"]
                if fabric.is_global_zero:
                    save_checkpoint(_freeze(run, recipe), out / BEST)
        minutes = None if keep.every_minutes is None else 60.0 * keep.every_minutes
        if over or run.step % keep.every_steps == 0 or _is_due(run.elapsed_s, saved_s, minutes):
            saved_s = run.elapsed_s
            if fabric.is_global_zero:
                save_checkpoint(_freeze(run, recipe), out / LAST)
        if over:
            break
    journal.close()


def train_roads(
    recipe: Recipe,
    *,
    data: Path,
    out: Path,
    resume: bool = False,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Checkpoint:
    """Train a road network as a recipe says.

    Args:
        recipe: What to do.
        data: Folder that the recipe's paths are relative to.
        out: Folder of checkpoints and curves; made when absent.
        resume: Go on from the last checkpoint in ``out``.
        progress: Told of loading.
        clock: Seconds from any start.

    Returns:
        The state at the end, which is also written.

    Raises:
        TrainingError: A source, the network or the checkpoint is not usable.
        RasterError: An image cannot be read.
        OutputError: ``out`` cannot be written.
    """
    progress = progress or Silent()
    if recipe.run.threads:
        torch.set_num_threads(recipe.run.threads)
    fabric = Fabric(
        accelerator=recipe.run.accelerator,
        devices=recipe.run.devices,
        strategy=recipe.run.strategy,
        precision=recipe.run.precision,  # type: ignore[arg-type]
    )
    fabric.launch()
    run = _set_up(fabric, recipe)
    if resume:
        _thaw(run, recipe, out / LAST)
    elif (out / LAST).exists():
        raise TrainingError(f"{out} holds a run already: add --resume, or name another folder.")
    crops = load_crops(recipe, data, rank=fabric.global_rank, progress=progress)
    exam = None
    if recipe.validation.path:
        judged_on = Source(recipe.validation.kind, recipe.validation.path)
        exam = set_exam(load_source(judged_on, data, progress=progress), recipe)
    out.mkdir(parents=True, exist_ok=True)
    with _stop_on_signal() as asked_to_stop:
        _loop(fabric, run, recipe, crops, exam, out, clock=clock, asked_to_stop=asked_to_stop)
    return _freeze(run, recipe)
