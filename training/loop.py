"""The training run: batches in, weights out, stoppable at every step, whatever is learned."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from engine.progress import Progress, Silent
from training.checkpoint import Checkpoint, save_checkpoint
from training.config import RunOptions, TrainingError
from training.journal import Journal
from training.loader import noting_signals, stream_batches
from training.schedule import fraction_done, learning_rate
from training.state import RunState, freeze, start, thaw
from training.task import TOTAL, Batch, Batches, Examiner, Task

LAST = "last.pt"
"""Checkpoint of the newest state, from which a run goes on."""

BEST = "best.pt"
"""Checkpoint of the state with the best validation score."""

_PICTURED = 4
_NONE_YET = float("-inf")


class _Timer:
    """Says when something that recurs every so many steps, or minutes of training, is due."""

    def __init__(self, every_steps: int, every_minutes: float | None, start_s: float) -> None:
        self._steps = every_steps
        self._seconds = None if every_minutes is None else 60.0 * every_minutes
        self._last_s = start_s

    def is_due(self, run: RunState) -> bool:
        by_time = self._seconds is not None and run.elapsed_s - self._last_s >= self._seconds
        by_steps = self._steps > 0 and run.step % self._steps == 0
        if by_time or by_steps:
            self._last_s = run.elapsed_s
        return by_time or by_steps


@dataclass(frozen=True, slots=True, eq=False)
class _Desk(Generic[Batch]):
    """Where a run's state and figures are put down."""

    fabric: Fabric
    task: Task[Batch]
    out: Path
    journal: Journal
    examiner: Examiner | None

    def save(self, run: RunState, name: str) -> None:
        if self.fabric.is_global_zero:
            save_checkpoint(freeze(run, self.task.recipe), self.out / name)

    def judge(self, run: RunState) -> None:
        """Validate, write the figures down, and keep the state if it is the best."""
        if not self.examiner or not self.fabric.is_global_zero:
            return
        with self.fabric.autocast():
            verdict = self.examiner(run.judged, self.fabric.device)
        run.scores = verdict.figures
        figures = ", ".join(f"{name} {value:.4g}" for name, value in run.scores.items())
        self.journal.say(f"step {run.step}: {figures}")
        self.journal.write("validation", run.scores, run.step)
        if verdict.measure != run.measure:
            if run.best_score > _NONE_YET:
                self.journal.say(
                    f"{BEST} is chosen by {verdict.measure} from here on, earlier scores do not count"
                )
            run.measure, run.best_score = verdict.measure, _NONE_YET
        if verdict.score > run.best_score:
            run.best_score = verdict.score
            self.save(run, BEST)

    def picture(self, run: RunState, batch: Batch) -> None:
        """Write a picture of the first crops of a batch."""
        if self.fabric.is_global_zero:
            with torch.no_grad(), self.fabric.autocast():
                first = (part[:_PICTURED] for part in batch.inputs)
                drawn = self.task.draw(run.judged(*first), batch)
            self.journal.show(drawn, run.step)


def _learn(desk: _Desk[Batch], run: RunState, batch: Batch) -> tuple[dict[str, Tensor], float]:
    """Take one step of gradient descent; return its losses and learning rate."""
    recipe = desk.task.recipe
    fraction = fraction_done(recipe.run, run.step, run.elapsed_s)
    rate = learning_rate(recipe.optimiser, step=run.step, fraction=fraction)
    for group in run.optimiser.param_groups:
        group["lr"] = rate
    run.wrapped.train()
    losses = dict(desk.task.losses(run.wrapped(*batch.inputs), batch))
    run.optimiser.zero_grad(set_to_none=True)
    desk.fabric.backward(losses[TOTAL])
    if recipe.optimiser.clip_norm:
        nn.utils.clip_grad_norm_(run.network.parameters(), recipe.optimiser.clip_norm)
    run.optimiser.step()
    if run.average:
        run.average.update(run.network, run.step)
    run.step += 1
    return losses, rate


def _go_on(
    run: RunState,
    desk: _Desk[Batch],
    batches: Batches[Batch],
    clock: Callable[[], float],
    stop: Callable[[], bool],
) -> None:
    """Learn until the schedule ends or somebody asks to stop."""
    recipe, fabric = desk.task.recipe, desk.fabric
    exams, saves, pictures = recipe.validation, recipe.checkpoint, recipe.checkpoint.pictures_every_steps
    exam_timer = _Timer(0 if exams.every_minutes else exams.every_steps, exams.every_minutes, run.elapsed_s)
    save_timer = _Timer(saves.every_steps, saves.every_minutes, run.elapsed_s)
    picture_timer = _Timer(pictures, None, run.elapsed_s)
    before = clock()
    for held in stream_batches(batches, recipe.run, start=run.step):
        batch = held.on(fabric.device)
        losses, rate = _learn(desk, run, batch)
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


def _launch(options: RunOptions) -> Fabric:
    if options.threads:
        torch.set_num_threads(options.threads)
    fabric = Fabric(
        accelerator=options.accelerator,
        devices=options.devices,
        strategy=options.strategy,
        precision=options.precision,  # type: ignore[arg-type]
    )
    fabric.launch()
    return fabric


def train(
    task: Task[Batch],
    out: Path,
    *,
    resume: bool = False,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Checkpoint:
    """Train the network of a task as its recipe says.

    Args:
        task: What to learn, and how.
        out: Folder of checkpoints and curves; made when absent.
        resume: Go on from the last checkpoint in ``out``, where there is one.
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
    fabric = _launch(task.recipe.run)
    run = start(fabric, task)
    if kept:
        thaw(run, task.recipe, out / LAST)
    batches = task.load_batches(fabric.global_rank, progress)
    examiner = task.load_examiner(progress) if fabric.is_global_zero else None
    journal = Journal(out, task.recipe, first=fabric.is_global_zero, step=run.step)
    try:
        with noting_signals() as asked_to_stop:
            _go_on(run, _Desk(fabric, task, out, journal, examiner), batches, clock, asked_to_stop)
    finally:
        journal.close()
    return freeze(run, task.recipe)
