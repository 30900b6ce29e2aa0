"""The figures of an evaluation in plain language: what each is called, what it says, how it is written."""

from collections.abc import Mapping
from dataclasses import dataclass

ABSENT = "–"
"""Stands for a figure that is not defined, such as the level accuracy where no roads cross on levels."""


@dataclass(frozen=True, slots=True)
class Figure:
    """How a figure is shown.

    Attributes:
        label: Short name, as in the head of a table.
        meaning: What it says, in one sentence.
        form: How the number is written, as a format specification.
    """

    label: str
    meaning: str
    form: str = ".3f"

    def text(self, value: float | None) -> str:
        """Write a value; a dash where there is none.

        >>> Figure("TOPO F1", "").text(0.8657)
        '0.866'
        """
        return ABSENT if value is None else format(value, self.form)


FIGURES = {
    "topo_f1_of_means": Figure(
        "TOPO F1 of means", "Harmonic mean of the mean TOPO precision and the mean TOPO recall of all tiles."
    ),
    "topo_f1_of_means_matched": Figure(
        "TOPO F1 of means, matched",
        "The same without tiles on which nothing matches, which the published evaluation leaves out.",
    ),
    "proposal_precision": Figure(
        "Proposal precision",
        "TOPO with the roles exchanged: walks begin everywhere on the prediction, so that isolated false "
        "roads, which TOPO never visits, count against it.",
    ),
    "apls": Figure(
        "APLS",
        "How alike the shortest routes are in both networks, as measured by the Sat2Graph code: a missing "
        "link makes routes longer or impossible.",
    ),
    "apls_truth_to_predicted": Figure(
        "APLS truth → predicted", "The part of APLS that asks for the true routes in the prediction."
    ),
    "apls_predicted_to_truth": Figure(
        "APLS predicted → truth", "The part of APLS that asks for the predicted routes in the truth."
    ),
    "apls_spacenet": Figure(
        "APLS (SpaceNet)",
        "The same question as measured by the SpaceNet code, with its own choice of places.",
    ),
    "routes_within_5_percent": Figure(
        "Routes within 5 %",
        "Share of the true routes whose length in the prediction differs by at most 5 %.",
    ),
    "completeness": Figure("Completeness", "Share of the true length that has a predicted road beside it."),
    "correctness": Figure("Correctness", "Share of the predicted length that has a true road beside it."),
    "quality": Figure(
        "Quality", "Matched length over all predicted and all missing length: both kinds of error in one."
    ),
    "crossings": Figure(
        "Crossings on levels", "True crossings of roads whose levels are known and differ.", ".0f"
    ),
    "crossings_apart": Figure(
        "Crossings kept apart",
        "Share of those crossings where two predicted roads cross as well, without a junction.",
    ),
    "level_accuracy": Figure(
        "Level accuracy",
        "Share kept apart with the right road on top, of those crossings where the prediction states levels.",
    ),
    "truth_km": Figure("True length (km)", "Length of the true roads in the compared area.", ".2f"),
    "predicted_km": Figure(
        "Predicted length (km)", "Length of the predicted roads in the compared area.", ".2f"
    ),
    "tiles": Figure("Tiles", "Pairs of graphs that were compared.", ".0f"),
    "tiles_scored": Figure(
        "Tiles with true roads", "Tiles that have roads to judge by; the others have no scores.", ".0f"
    ),
}
"""Every figure that is not of a ``Kind``, by its name, in the order in which figures are shown."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that is found again; its figures are named after it and a part: ``junction_recall``.

    Attributes:
        label: How it is called.
        meaning: What its figures say, in one sentence.
    """

    label: str
    meaning: str


KINDS = {
    "topo": Kind(
        "TOPO",
        "Walking away from places on the true roads: precision is the share of the predicted network reached "
        "there that the truth confirms, recall the share of the true network that is also reached on the "
        "prediction.",
    ),
    "junction": Kind(
        "Junctions",
        "Places where three roads or more meet, matched one to one with those nearby, whatever number of "
        "roads meets there.",
    ),
    "degree_3": Kind("Junctions of 3 roads", "Those of three roads; as many must meet at the match."),
    "degree_4": Kind("Junctions of 4 roads", "Those of four roads; as many must meet at the match."),
    "degree_5": Kind("Junctions of 5 roads or more", "Those of five roads or more; so must the match be."),
    "end": Kind("Ends", "Places where a road ends, matched one to one with those nearby."),
}
"""What has a precision, a recall and an F1, by the first part of its figures' names, in order."""

PARTS = {
    "precision": Figure("precision", "Share of the predicted ones that match a true one."),
    "recall": Figure("recall", "Share of the true ones that match a predicted one."),
    "f1": Figure("F1", "Harmonic mean of precision and recall."),
    "true": Figure("true", "How many the truth has.", ".0f"),
    "predicted": Figure("predicted", "How many the prediction has.", ".0f"),
}
"""The figures of a ``Kind``, by the last part of their names, in order; TOPO has no numbers."""


def describe_figure(name: str) -> Figure:
    """Return how a figure is shown; one that is not known goes by its name.

    >>> describe_figure("junction_recall").label
    'Junctions recall'
    """
    kind, _, part = name.rpartition("_")
    if kind in KINDS and part in PARTS:
        return Figure(f"{KINDS[kind].label} {PARTS[part].label}", PARTS[part].meaning, PARTS[part].form)
    return FIGURES.get(name) or Figure(name.replace("_", " "), "")


def kind_cells(figures: Mapping[str, float | None]) -> dict[str, list[str]]:
    """Write the figures of each kind as cells of a table.

    Args:
        figures: Figures by name.

    Returns:
        For each of ``KINDS`` whose F1, precision or recall is known, a cell for each of ``PARTS``: a dash
        where a figure is not defined, blank where there is none of that name.
    """
    return {
        kind: [
            figure.text(figures[f"{kind}_{part}"]) if f"{kind}_{part}" in figures else ""
            for part, figure in PARTS.items()
        ]
        for kind in KINDS
        if any(figures.get(f"{kind}_{part}") is not None for part in ("precision", "recall", "f1"))
    }


def single_figures(figures: Mapping[str, float | None]) -> list[str]:
    """Return, in order, the names of the figures that are not of a ``Kind`` and say something.

    Args:
        figures: Figures by name. One that is not defined says nothing, nor do no crossings.
    """
    of_kinds = {f"{kind}_{part}" for kind in KINDS for part in PARTS}
    known = [name for name in dict.fromkeys([*FIGURES, *figures]) if figures.get(name) is not None]
    return [name for name in known if name not in of_kinds and (name != "crossings" or figures[name])]
