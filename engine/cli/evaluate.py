"""``plumbline evaluate``: how good a result is, by the measures of the field."""

import click


@click.group("evaluate")
def command() -> None:
    """Compare a result with the truth."""
