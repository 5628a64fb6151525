"""A small sweep for tests, and what it gives in one thread of the reference engine."""

from __future__ import annotations

from pathlib import Path

from kzsim.experiments.sweeps import read_results, results_digest

BASE = """\
title: Bakhty for three days
period: {from: 2023-03-01, to: 2023-03-03}
run_in: 12 h
follow_up: 12 h
simulate: {road: [bakhty], rail: []}
"""

SWEEP = """\
title: Demand and the corridor at Bakhty
scenario: base.yaml
design: grid
replications: 2
parameters:
  demand: {from: 90 %, to: 110 %, steps: 2}
  green_corridors.bakhty: {values: [none, standard]}
"""

ONE_INVALID = """\
title: One point is no scenario
scenario: base.yaml
design: list
replications: 2
rows:
  - {demand: 90 %}
  - {follow_up: 9 day}
  - {demand: 110 %}
"""


def write(folder: Path, text: str = SWEEP, base: str = BASE) -> Path:
    """The sweep file, beside its scenario."""
    (folder / "base.yaml").write_text(base, encoding="utf-8")
    path = folder / "sweep.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def digest(folder: Path) -> str:
    """Of the results in a sweep's folder."""
    return results_digest(read_results(folder))


def only_folder(out: Path) -> Path:
    """The one sweep below a results folder."""
    (folder,) = out.glob("*/sweep-*")
    return folder
