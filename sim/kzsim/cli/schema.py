"""`kzsim schema`: what may stand in a scenario, for editors that check while one types."""

from __future__ import annotations

import json

import click

from kzsim.cli import options
from kzsim.cli.failures import ExitCode, scenario_mistakes

EPILOG = """\b
An editor with YAML support checks a scenario whose first line is
  # yaml-language-server: $schema=scenario.schema.json
with the schema beside it: kzsim schema > scenario.schema.json
"""


@click.command(epilog=EPILOG)
@options.traceback
def schema() -> ExitCode:
    """Print the JSON schema of a scenario file.

    It knows keys, names and kinds of value. What depends on several values, or on the evidence, only
    'kzsim validate' can tell.
    """
    click.echo(text(), nl=False)
    return ExitCode.DONE


def text() -> str:
    """Return the schema as JSON text."""
    with scenario_mistakes():
        from kzsim.scenario import json_schema

        return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
