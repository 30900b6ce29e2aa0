"""``plumbline doctor``: what runs here."""

import json

import click

from engine.doctor import examine, try_networks


@click.command("doctor", short_help="Tell what runs here, and with which weights.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def command(*, as_json: bool) -> None:
    """Tell what runs here: interpreter, device, versions, weights and their hashes, and whether they run."""
    findings = examine(try_networks())
    if as_json:
        click.echo(json.dumps(findings, indent=1))
        return
    for section, values in findings.items():
        click.echo(section)
        for name, value in values.items():
            click.echo(f"  {name:<15} {value}")
