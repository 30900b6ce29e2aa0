"""An evaluation of heights as one HTML page that needs nothing besides itself."""

import os
from collections.abc import Mapping, Sequence
from html import escape

from engine.evaluation.measures.height_profile import HeightProfile, class_errors
from engine.evaluation.output.figures import ABSENT, Figure
from engine.evaluation.output.height_charts import class_name, draw_charts
from engine.evaluation.output.height_maps import (
    choose_images,
    draw_error_key,
    draw_height_key,
    draw_panels,
    error_reach_m,
    read_maps,
)
from engine.evaluation.output.height_table import HEIGHT_FIGURES
from engine.evaluation.output.page import (
    build_page,
    embed_picture,
    figures_table,
    notes_section,
    numbers_table,
    section,
    settings_section,
    title_block,
    write_page,
)
from engine.evaluation.output.sheet import draw_svg
from engine.evaluation.results import HeightEvaluation

_TITLE = "Height evaluation"
_SCORES = ("score", "height_r2", "flow_r2")
_COLUMNS = (
    *(*_SCORES, "height_rmse_m", "height_mae_m", "height_bias_m", "height_slope"),
    *("endpoint_error_px", "angle_error_deg", "scale_error_px_per_m", "unpredicted"),
)
_CAPTION = ("height_rmse_m", "height_bias_m", "height_slope", "height_r2", "angle_error_deg")
_BIAS = Figure("Bias (m)", "", "+.2f")
_RMSE = Figure("RMSE (m)", "", ".2f")
_SHARE = Figure("Share", "", ".2%")

Figures = Mapping[str, float | None]


def _opening(evaluation: HeightEvaluation) -> str:
    count, cities = len(evaluation.images), len(evaluation.cities)
    line = "One image" if count == 1 else f"{count} images"
    line += f" of {cities} cities" if cities > 1 else ""
    line += " compared with true heights above ground"
    missing = len(evaluation.missing)
    line += f"; {missing} more {'is' if missing == 1 else 'are'} not predicted" if missing else ""
    return title_block(_TITLE, [f"{line}."], evaluation.provenance)


def _columns(all_figures: Sequence[Figures]) -> list[str]:
    """Name the figures that are defined somewhere."""
    return [name for name in _COLUMNS if any(each.get(name) is not None for each in all_figures)]


def _rows_table(kind: str, caption: str, rows: Mapping[str, Figures]) -> str:
    """Show figures, a line for each name."""
    names = _columns(list(rows.values()))
    labels = [HEIGHT_FIGURES[name].label for name in names]
    lines = (
        (title, [HEIGHT_FIGURES[name].text(figures.get(name)) for name in names])
        for title, figures in rows.items()
    )
    return numbers_table("tiles", caption, kind=kind, labels=labels, rows=lines)


def _overall(evaluation: HeightEvaluation) -> str:
    overall = evaluation.overall
    many = len(evaluation.cities) > 1
    text = "R² is 1 where all is right, and 0 for one and the same height everywhere; it may be negative."
    if many:
        text += " Scores are means of the cities'; errors are of all pixels and images."
    shown = [
        (figure, overall[name])
        for name, figure in HEIGHT_FIGURES.items()
        if overall.get(name) is not None and (name != "missing" or overall[name])
    ]
    title = "Figures" if len(evaluation.images) == 1 else "All images together"
    cities = _rows_table("City", "Figures of every city", evaluation.cities)
    below = f"<h3>City by city</h3>{cities}" if many else ""
    return section(title, f"<p>{text}</p>", figures_table(shown, title), below)


def _classes(profile: HeightProfile) -> str:
    rows = [
        (
            class_name(each),
            [
                _SHARE.text(each.share),
                _BIAS.text(each.bias_m),
                _RMSE.text(each.rmse_m),
                f"{each.pixels:,}",
            ],
        )
        for each in class_errors(profile)
    ]
    labels = ["Share", "Bias (m)", "RMSE (m)", "Pixels"]
    caption = "Errors by class of true height"
    return numbers_table("classes", caption, kind="True height (m)", labels=labels, rows=rows)


def _charts(title: str, profile: HeightProfile, figures: Figures) -> str:
    if not profile.pixels.sum():
        return ""
    heading = f"<h3>{escape(title)}</h3>" if title else ""
    drawn = "".join(f"<div>{draw_svg(sheet)}</div>" for sheet in draw_charts(profile, figures))
    return f'{heading}<div class="charts">{drawn}</div>{_classes(profile)}'


def _comparison(evaluation: HeightEvaluation) -> str:
    text = (
        "<p>The dashed line is where predicted and true height are equal; the other one, through the origin, "
        "fits best. Below it, what is high is drawn too low. In the charts of errors, blue is too low and "
        "red too high.</p>"
    )
    parts = [_charts("", evaluation.profile, evaluation.overall)]
    if len(evaluation.cities) > 1:
        parts += [
            _charts(city, evaluation.profiles[city], figures) for city, figures in evaluation.cities.items()
        ]
    return section("Heights beside the truth", text, *parts)


def _caption(figures: Figures) -> str:
    return ", ".join(
        f"<span>{escape(HEIGHT_FIGURES[name].label)} {HEIGHT_FIGURES[name].text(figures[name])}</span>"
        for name in _CAPTION
        if figures.get(name) is not None
    )


def _maps(evaluation: HeightEvaluation, kind: str, name: str) -> str:
    """Show an image with its heights and errors."""
    maps = read_maps(evaluation.files[name])
    reach_m = error_reach_m(maps)
    keys = {"Image": "", "Error, m": draw_svg(draw_error_key(reach_m))}
    panels = "".join(
        f"<div><h4>{title}</h4>{embed_picture(rgb, f'{title} of {name}')}"
        f"{keys.get(title, draw_svg(draw_height_key()))}</div>"
        for title, rgb in draw_panels(maps).items()
    )
    note = f'<p class="quiet">{escape(maps.note)}</p>' if maps.note else ""
    said = f"{escape(kind)}: " if kind else ""
    return (
        f'<figure class="maps"><figcaption>{said}<b>{escape(name)}</b><br>{_caption(evaluation.images[name])}'
        f'</figcaption><div class="panels">{panels}</div>{note}</figure>'
    )


def _shown(evaluation: HeightEvaluation) -> str:
    chosen = choose_images(evaluation)
    if not chosen:
        return ""
    single = len(chosen) == 1
    text = "" if single else "<p>Those with the largest RMSE, and the one in the middle of all.</p>"
    text += f"<p>Grey is unknown{'' if single else '; each map of errors has its own scale'}.</p>"
    title = "Maps" if single else "The worst images, and the median one"
    return section(title, text, *(_maps(evaluation, kind, name) for kind, name in chosen))


def _all_images(evaluation: HeightEvaluation) -> str:
    text = f"<p>{ABSENT} stands for a figure that is not defined on an image.</p>"
    return section("Every image", text, _rows_table("Image", "Figures of every image", evaluation.images))


def _missing(evaluation: HeightEvaluation) -> str:
    items = "".join(f"<li>{escape(name)}</li>" for name in evaluation.missing)
    return section("Not predicted", f"<ul>{items}</ul>") if items else ""


def build_height_report(evaluation: HeightEvaluation) -> str:
    """Return the page as HTML. Pictures lie inside it; whatever comes from files is shown as plain text.

    Raises:
        RasterError: Heights that were read before cannot be read again.
    """
    sections = [
        _opening(evaluation),
        _overall(evaluation),
        _comparison(evaluation),
        _shown(evaluation),
        _all_images(evaluation),
        _missing(evaluation),
        notes_section(evaluation.notes.items()),
        settings_section(evaluation.provenance),
    ]
    return build_page(_TITLE, sections)


def write_height_report(path: str | os.PathLike[str], evaluation: HeightEvaluation) -> None:
    """Write an evaluation of heights as one HTML page; it appears only when it is complete.

    The page shows the figures with what they mean, predicted beside true heights of all images and of each
    city, errors by class of height, maps of the worst images and of the median one, and every image.

    Args:
        path: Where to write; an existing file is replaced.
        evaluation: What to show.

    Raises:
        RasterError: Heights that were read before cannot be read again.
        OutputError: The file cannot be written there.
    """
    write_page(path, build_height_report(evaluation))
