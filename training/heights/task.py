"""Heights as a task: heights and flow of crops are learned, whole images are judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from torch import Tensor, nn

from engine.networks.geopose import GeoposeOutput
from engine.progress import Progress
from training.heights.config import HeightRecipe
from training.heights.datasets import HeightCrops
from training.heights.exam import examine_heights, judged_height_part
from training.heights.losses import HEIGHT_TERMS, HeightBatch, height_loss
from training.heights.sources import load_height_crops, load_height_exam_images
from training.networks import make_network
from training.pictures import draw_heights
from training.task import Examiner


@dataclass(frozen=True, slots=True)
class HeightTask:
    """A network for heights learns heights, the flow's length, its direction and its scale.

    Attributes:
        recipe: How.
        data: Folder that the recipe's paths are relative to.
        start: Weights, by name or file, to start from instead of random ones.
    """

    recipe: HeightRecipe
    data: Path
    start: str | None = None

    def make_network(self) -> nn.Module:
        """Make a network with fresh weights, or with known ones.

        Raises:
            TrainingError: The known weights have too little in common with the network.
            WeightsError: There is no such network, or no such weights.
        """
        return make_network(self.recipe.network.name, self.recipe.network.options, start=self.start)

    def load_batches(self, rank: int, progress: Progress) -> HeightCrops:
        """Load the sources of the recipe: errors as ``load_height_crops``."""
        return load_height_crops(self.recipe, self.data, rank=rank, progress=progress)

    def load_examiner(self, progress: Progress) -> Examiner | None:
        """Load the validation images of the recipe: errors as ``load_height_exam_images``."""
        images = load_height_exam_images(self.recipe, self.data, progress=progress)
        if not images:
            return None
        return partial(examine_heights, images=[judged_height_part(image) for image in images])

    def losses(self, output: GeoposeOutput, batch: HeightBatch) -> Mapping[str, Tensor]:
        """Compare predicted heights and views with the truth."""
        losses = height_loss(output, batch, self.recipe.loss)
        return {name: getattr(losses, name) for name in HEIGHT_TERMS}

    def draw(self, output: GeoposeOutput, batch: HeightBatch) -> Tensor:
        """Draw heights, predicted and true."""
        return draw_heights(output, batch)
