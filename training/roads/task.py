"""Roads as a task: the graph tensor is learned, decoded roads are judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from torch import Tensor, nn

from engine.progress import Progress
from training.config import Recipe
from training.networks import make_network
from training.pictures import draw_graph_tensors
from training.roads.datasets import Crops
from training.roads.exam import load_exam
from training.roads.losses import TERMS, Batch, graph_tensor_loss
from training.roads.sources import load_crops
from training.roads.validate import examine
from training.task import Examiner


@dataclass(frozen=True, slots=True)
class RoadTask:
    """A road network learns graph tensors.

    Attributes:
        recipe: How.
        data: Folder that the recipe's paths are relative to.
        start: Weights, by name or file, to start from instead of random ones.
    """

    recipe: Recipe
    data: Path
    start: str | None = None

    def make_network(self) -> nn.Module:
        """Make a network with fresh weights, or with known ones.

        Raises:
            TrainingError: The known weights have too little in common with the network.
            WeightsError: There is no such network, or no such weights.
        """
        return make_network(self.recipe.network.name, self.recipe.network.options, start=self.start)

    def load_batches(self, rank: int, progress: Progress) -> Crops:
        """Load the sources of the recipe: errors as ``load_crops``."""
        return load_crops(self.recipe, self.data, rank=rank, progress=progress)

    def load_examiner(self, progress: Progress) -> Examiner | None:
        """Load the validation images of the recipe: errors as ``load_images``."""
        exam = load_exam(self.recipe, self.data, progress=progress)
        return None if exam is None else partial(examine, exam=exam, recipe=self.recipe)

    def losses(self, output: Tensor, batch: Batch) -> Mapping[str, Tensor]:
        """Compare predicted graph tensors with the truth."""
        losses = graph_tensor_loss(output, batch, self.recipe.loss)
        return {name: getattr(losses, name) for name in TERMS}

    def draw(self, output: Tensor, batch: Batch) -> Tensor:
        """Draw roads and vertices, predicted and true."""
        return draw_graph_tensors(output, batch)
