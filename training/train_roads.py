"""The training run: batches in, weights out, stoppable at every step."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from lightning_fabric import Fabric
from torch import nn

from engine.networks.weights import build_network, load_weights
from engine.progress import Progress, Silent
from training.checkpoint import Checkpoint, read_checkpoint, save_checkpoint
from training.config import NetworkOptions, Recipe, TrainingError
from training.datasets import Crops
from training.journal import Journal
from training.loader import noting_signals, stream_batches
from training.losses import Batch, Losses, graph_tensor_loss
from training.schedule import WeightAverage, fraction_done, learning_rate
from training.sources import load_crops
from training.validate import Exam, examine, load_exam_images, set_exam

LAST = "last.pt"
"""Checkpoint of the newest state, from which a run goes on."""

BEST = "best.pt"
"""Checkpoint of the state with the best validation score."""

_PICTURED = 4


@dataclass(slots=True)
class _Run:
    """What changes while a run goes on.

    ``network`` and ``wrapped`` share their weights; Fabric's wrapper adds precision and, with several
    devices, the exchange of gradients.
    """

    network: nn.Module
    wrapped: nn.Module
    optimiser: torch.optim.Optimizer
    average: WeightAverage | None
    step: int = 0
    elapsed_s: float = 0.0
    best_score: float = float("-inf")
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def judged(self) -> nn.Module:
        """The network that is validated: the averaged one where there is one."""
        return self.average.network if self.average else self.network.eval()


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
        scores=run.scores,
    )


def _thaw(run: _Run, recipe: Recipe, path: Path) -> None:
    """Continue from a checkpoint.

    Raises:
        TrainingError: It cannot be read, or holds another network.
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


def _make_network(options: NetworkOptions, start: str | None) -> nn.Module:
    """Make a network with fresh weights, or with known ones.

    Raises:
        TrainingError: The known weights are those of another network.
        WeightsError: There is no such network, or no such weights.
    """
    network = build_network(options.name, options.options)
    if start is not None:
        known = load_weights(start).network.state_dict()
        fresh = network.state_dict()
        if {name: value.shape for name, value in known.items()} != {
            name: value.shape for name, value in fresh.items()
        }:
            raise TrainingError(f"The weights {start} are not of the recipe's network: mend [network].")
        network.load_state_dict(known)
    return network


def _set_up(fabric: Fabric, recipe: Recipe, start: str | None) -> _Run:
    torch.manual_seed(recipe.run.seed)
    network = _make_network(recipe.network, start)
    network = network.to(fabric.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    options = recipe.optimiser
    optimiser = torch.optim.AdamW(network.parameters(), lr=options.rate, weight_decay=options.weight_decay)
    average = WeightAverage(network, options.average_decay) if options.average_decay else None
    wrapped, wrapped_optimiser = fabric.setup(network, optimiser)
    return _Run(network, wrapped, wrapped_optimiser, average)


def _learn(fabric: Fabric, run: _Run, batch: Batch, recipe: Recipe) -> tuple[Losses, float]:
    """Take one step of gradient descent; return its losses and learning rate."""
    fraction = fraction_done(recipe.run, run.step, run.elapsed_s)
    rate = learning_rate(recipe.optimiser, step=run.step, fraction=fraction)
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
    return losses, rate


class _Timer:
    """Says when something that recurs every so many steps, or minutes of training, is due."""

    def __init__(self, every_steps: int, every_minutes: float | None, start_s: float) -> None:
        self._steps = every_steps
        self._seconds = None if every_minutes is None else 60.0 * every_minutes
        self._last_s = start_s

    def is_due(self, run: _Run) -> bool:
        by_time = self._seconds is not None and run.elapsed_s - self._last_s >= self._seconds
        by_steps = self._steps > 0 and run.step % self._steps == 0
        if by_time or by_steps:
            self._last_s = run.elapsed_s
        return by_time or by_steps


@dataclass(frozen=True, slots=True, eq=False)
class _Desk:
    """Where a run's state and figures are put down."""

    fabric: Fabric
    recipe: Recipe
    out: Path
    journal: Journal
    exam: Exam | None

    def save(self, run: _Run, name: str) -> None:
        if self.fabric.is_global_zero:
            save_checkpoint(_freeze(run, self.recipe), self.out / name)

    def judge(self, run: _Run) -> None:
        """Validate, write the figures down, and keep the state if it is the best."""
        if not self.exam or not self.fabric.is_global_zero:
            return
        with self.fabric.autocast():
            score, run.scores = examine(run.judged, self.exam, self.recipe, device=self.fabric.device)
        figures = ", ".join(f"{name} {value:.4g}" for name, value in run.scores.items())
        self.journal.say(f"step {run.step}: {figures}")
        self.journal.write("validation", run.scores, run.step)
        if score > run.best_score:
            run.best_score = score
            self.save(run, BEST)

    def picture(self, run: _Run, batch: Batch) -> None:
        """Write a picture of the first crops of a batch."""
        if self.fabric.is_global_zero:
            with torch.no_grad(), self.fabric.autocast():
                self.journal.show(batch, run.judged(batch.image[:_PICTURED]), run.step)


def _go_on(
    run: _Run, desk: _Desk, crops: Crops, clock: Callable[[], float], stop: Callable[[], bool]
) -> None:
    """Learn until the schedule ends or somebody asks to stop."""
    recipe, fabric = desk.recipe, desk.fabric
    exams, saves, pictures = recipe.validation, recipe.checkpoint, recipe.checkpoint.pictures_every_steps
    exam_timer = _Timer(0 if exams.every_minutes else exams.every_steps, exams.every_minutes, run.elapsed_s)
    save_timer = _Timer(saves.every_steps, saves.every_minutes, run.elapsed_s)
    picture_timer = _Timer(pictures, None, run.elapsed_s)
    before = clock()
    for held in stream_batches(crops, run.step):
        batch = held.on(fabric.device)
        losses, rate = _learn(fabric, run, batch, recipe)
        desk.journal.note_step(run.step, losses, rate)
        now = clock()
        run.elapsed_s, before, asked = run.elapsed_s + now - before, now, stop()
        if fabric.world_size > 1:
            # All must stop at the same step, and clocks differ.
            run.elapsed_s, asked = fabric.broadcast((run.elapsed_s, asked))
        finished = fraction_done(recipe.run, run.step, run.elapsed_s) >= 1.0
        if picture_timer.is_due(run):
            desk.picture(run, batch)
        if finished or exam_timer.is_due(run):
            desk.judge(run)
        if finished or asked or save_timer.is_due(run):
            desk.save(run, LAST)
        if finished or asked:
            return


def train_roads(
    recipe: Recipe,
    *,
    data: Path,
    out: Path,
    resume: bool = False,
    start: str | None = None,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Checkpoint:
    """Train a road network as a recipe says.

    Args:
        recipe: What to do.
        data: Folder that the recipe's paths are relative to.
        out: Folder of checkpoints and curves; made when absent.
        resume: Go on from the last checkpoint in ``out``, where there is one.
        start: Weights, by name or file, to start from instead of random ones.
        progress: Told of loading.
        clock: Seconds from any start.

    Returns:
        The state at the end, which is also written.

    Raises:
        TrainingError: A source, the network or the checkpoint is not usable.
        WeightsError: There is no such network, or no such weights to start from.
        RasterError: An image cannot be read.
        GraphError: A graph cannot be read.
        OutputError: ``out`` cannot be written.
    """
    progress = progress or Silent()
    kept = (out / LAST).exists()
    if kept and not resume:
        raise TrainingError(f"{out} holds a run already: add --resume, or name another folder.")
    if recipe.run.threads:
        torch.set_num_threads(recipe.run.threads)
    options = recipe.run
    fabric = Fabric(
        accelerator=options.accelerator,
        devices=options.devices,
        strategy=options.strategy,
        precision=options.precision,  # type: ignore[arg-type]
    )
    fabric.launch()
    run = _set_up(fabric, recipe, start)
    if kept:
        _thaw(run, recipe, out / LAST)
    crops = load_crops(recipe, data, rank=fabric.global_rank, progress=progress)
    exam = None
    if recipe.validation.path and fabric.is_global_zero:
        exam = set_exam(load_exam_images(recipe, data, progress=progress), recipe)
    journal = Journal(out, recipe, first=fabric.is_global_zero, step=run.step)
    try:
        with noting_signals() as asked_to_stop:
            _go_on(run, _Desk(fabric, recipe, out, journal, exam), crops, clock, asked_to_stop)
    finally:
        journal.close()
    return _freeze(run, recipe)
