"""Outcome hashes of the shipped scenarios, replication 0, without counterfactual.

To renew them after a change on purpose, with a line in CHANGELOG.md that says why they moved:
``python -m tests.regression.outcomes``.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

from kzsim.border import build
from kzsim.draws import draw
from kzsim.engines import kernel
from kzsim.experiments.once import outcome_hash
from kzsim.network import compile_network
from kzsim.scenario import load

STORED = Path(__file__).with_name("outcomes.json")
SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


def names() -> list[str]:
    """The shipped scenarios."""
    return sorted(path.name for path in SCENARIOS.glob("*.yaml"))


def hash_of(name: str, engine: ModuleType = kernel) -> str:
    """The outcome hash of a shipped scenario's replication 0."""
    scenario = load(str(SCENARIOS / name))
    program = compile_network(build(scenario).network)
    return outcome_hash(engine.run(program, draw(program, scenario.seed, 0)))


if __name__ == "__main__":
    STORED.write_text(
        json.dumps({name: hash_of(name) for name in names()}, indent=2) + "\n", encoding="utf-8"
    )
