"""The command `kzsim`: one module a verb, no modelling and no arithmetic.

Nothing heavy is imported here or at the top of a verb's module, so that `kzsim --help` answers at once.
"""

from __future__ import annotations

import click

from kzsim._version import __version__
from kzsim.cli.group import Commands

EPILOG = """\b
First steps:
  kzsim run scenarios/minimal.yaml       one crossing, two weeks, a few seconds
  kzsim validate scenarios/mine.yaml     every mistake at once, nothing is run
  kzsim explain KEY                      what a key means, its value, unit and source
  kzsim serve                            the same in a browser: forms, runs, reports

\b
Exit codes: 0 done; 1 ran, but a check failed; 2 wrong usage, invalid scenario or
results that cannot be written; 3 the model stopped; 130 interrupted.
"""


@click.group(
    cls=Commands,
    verbs={
        "run": ("kzsim.cli.run:run", "Simulate a scenario, with and without its green corridors."),
        "compare": ("kzsim.cli.compare:compare", "Compare scenarios on the same trucks and trains."),
        "sweep": ("kzsim.cli.sweep:sweep", "Run one scenario at many points; the same command resumes."),
        "sensitivity": (
            "kzsim.cli.sensitivity:sensitivity",
            "Say which unknown parameters decide the figures.",
        ),
        "rank": ("kzsim.cli.rank:rank", "Say which of several scenarios is best, with a promise."),
        "plot": ("kzsim.cli.plot:plot", "Draw the figures of stored results."),
        "report": ("kzsim.cli.report:report", "Write the brief of a stored study: HTML or PDF."),
        "validate": ("kzsim.cli.validate:validate", "Check scenario files without running them."),
        "runs": ("kzsim.cli.runs:runs", "List stored runs, show one, make one again and compare."),
        "warmup": ("kzsim.cli.warmup:warmup", "Compile the simulation's kernel, once per machine."),
        "explain": ("kzsim.cli.explain:explain", "Say what a key means, its value, range and source."),
        "schema": ("kzsim.cli.schema:schema", "Print the JSON schema of scenarios, for editors."),
        "serve": ("kzsim.cli.serve:serve", "Show results and edit scenarios in a browser."),
        "init": ("kzsim.cli.init:init", "Write first scenarios to edit into a new folder."),
    },
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="kzsim %(version)s")
def main() -> None:
    """Simulate the road and rail border crossings between Kazakhstan and China.

    A scenario is a short YAML file; everything it does not say comes from the packaged evidence.
    """
