"""The figures of an evaluation in plain language: what each is called, what it says, how it is written."""

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
    "topo_precision": Figure(
        "TOPO precision",
        "Walking away from places on the true roads: the share of the predicted network reached there that "
        "the truth confirms.",
    ),
    "topo_recall": Figure(
        "TOPO recall",
        "Walking away from places on the true roads: the share of the true network reached there that is "
        "also reached on the prediction.",
    ),
    "topo_f1": Figure("TOPO F1", "Harmonic mean of TOPO precision and TOPO recall."),
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
    "junction_precision": Figure(
        "Junction precision", "Share of the predicted junctions with a true one nearby."
    ),
    "junction_recall": Figure("Junction recall", "Share of the true junctions with a predicted one nearby."),
    "junction_f1": Figure("Junction F1", "Harmonic mean of junction precision and junction recall."),
    "end_precision": Figure("End precision", "Share of the predicted road ends with a true one nearby."),
    "end_recall": Figure("End recall", "Share of the true road ends with a predicted one nearby."),
    "end_f1": Figure("End F1", "Harmonic mean of end precision and end recall."),
    **{
        f"degree_{degree}_{kind.lower()}": Figure(
            f"Degree {words}: {kind}",
            f"Junction {kind} where {words} roads meet; as many must meet at the match.",
        )
        for degree, words in ((3, "3"), (4, "4"), (5, "5 or more"))
        for kind in ("precision", "recall", "F1")
    },
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
"""Every figure by its name, in the order in which figures are shown."""


def describe_figure(name: str) -> Figure:
    """Return how a figure is shown; one that is not known goes by its name."""
    return FIGURES.get(name) or Figure(name.replace("_", " "), "")
