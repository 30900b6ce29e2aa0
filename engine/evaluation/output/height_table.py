"""An evaluation of heights for people who read a terminal, and for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from engine.evaluation.measures.height_profile import class_errors
from engine.evaluation.output.figures import Figure
from engine.evaluation.output.table import on_terminal
from engine.evaluation.results import HeightEvaluation

HEIGHT_FIGURES = {
    "score": Figure(
        "Score",
        "Mean of height R² and flow R², or height R² where views are not known; of several cities, the mean "
        "of theirs.",
    ),
    "height_r2": Figure("Height R²", "Share of the scatter of the true heights that is predicted."),
    "flow_r2": Figure("Flow R²", "The same of the flow: height, scale and angle in one."),
    "height_rmse_m": Figure("Height RMSE (m)", "Root of the mean squared error of the heights.", ".2f"),
    "height_mae_m": Figure("Height MAE (m)", "Mean error of the heights, without sign.", ".2f"),
    "height_bias_m": Figure("Height bias (m)", "Mean of predicted − true height.", "+.2f"),
    "height_slope": Figure(
        "Slope",
        "Of the straight line through the origin that fits predicted to true heights best; below 1, what is "
        "high is drawn too low.",
    ),
    "endpoint_error_px": Figure(
        "Endpoint (px)", "Mean distance of predicted and true ground positions.", ".2f"
    ),
    "magnitude_error_px": Figure("Magnitude (px)", "Mean error of the flow's length, without sign.", ".2f"),
    "angle_error_deg": Figure(
        "Angle (°)", "Mean error of the images' angles, the shortest way round.", ".2f"
    ),
    "angle_rms_deg": Figure("Angle RMS (°)", "Root of the mean squared error of the angles.", ".2f"),
    "scale_error_px_per_m": Figure("Scale (px/m)", "Mean error of the images' scales, without sign.", ".4f"),
    "unpredicted": Figure(
        "No prediction", "Share of pixels without a predicted height: they count as 0 m.", ".2%"
    ),
    "images": Figure("Images", "Images that were compared.", ".0f"),
    "missing": Figure(
        "Missing images", "Images that are not predicted; in the challenge their city scores 0.", ".0f"
    ),
}
"""Every figure by its name, in the order in which they are shown."""

_ALL = "all"
_MOST_COLUMNS = 6
"""Cities beside each other on a line of 80 columns."""

_MOST_NAMES = 20

Figures = Mapping[str, float | None]


def height_document(evaluation: HeightEvaluation) -> dict[str, Any]:
    """Return all figures as JSON values: ``overall``, ``cities`` and ``images`` by name, ``missing``.

    ``classes`` are errors by class of true height, of all images and of each city; ``notes`` say what there
    is to know about single images.
    """
    return {
        "overall": dict(evaluation.overall),
        "cities": {name: dict(figures) for name, figures in evaluation.cities.items()},
        "images": {name: dict(figures) for name, figures in evaluation.images.items()},
        "missing": list(evaluation.missing),
        "classes": {
            "overall": [asdict(each) for each in class_errors(evaluation.profile)],
            "cities": {
                name: [asdict(each) for each in class_errors(profile)]
                for name, profile in evaluation.profiles.items()
            },
        },
        "notes": dict(evaluation.notes),
        "provenance": dict(evaluation.provenance),
    }


def _lines(columns: Sequence[tuple[str, Figures]], longest: int) -> list[str]:
    """One line for each figure, below the names of the columns."""
    rows = [("", [name for name, _ in columns])]
    rows += [
        (figure.label, [figure.text(figures[name]) for _, figures in columns])
        for name, figure in HEIGHT_FIGURES.items()
    ]
    widths = [max(9, len(name) + 1) for name, _ in columns]
    return [
        label.ljust(longest) + "".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        for label, cells in rows
    ]


def height_table(evaluation: HeightEvaluation) -> str:
    """Return a table: a line for each figure, a column for each city and one for all; then missing images."""
    columns = [(on_terminal(name), figures) for name, figures in evaluation.cities.items()]
    if len(columns) > 1:
        columns.append((_ALL, evaluation.overall))
    longest = max(len(figure.label) for figure in HEIGHT_FIGURES.values())
    lines = []
    for first in range(0, len(columns), _MOST_COLUMNS):
        lines += [*_lines(columns[first : first + _MOST_COLUMNS], longest), ""]
    lines += [f"Not predicted: {on_terminal(name)}" for name in evaluation.missing[:_MOST_NAMES]]
    rest = len(evaluation.missing) - _MOST_NAMES
    if rest > 0:
        lines.append(f"Not predicted: {rest} more; --json names all.")
    lines += [""] + [
        f"{on_terminal(name)}: {note}" for name, note in list(evaluation.notes.items())[:_MOST_NAMES]
    ]
    rest = len(evaluation.notes) - _MOST_NAMES
    if rest > 0:
        lines.append(f"{rest} more notes; --json has all.")
    return "\n".join(lines).rstrip()
