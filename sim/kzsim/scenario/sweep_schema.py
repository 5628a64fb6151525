"""What may stand in a sweep file, every key explained below it. What hangs together: ``sweep_file``."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from kzsim.scenario.fields import Name, Text, Whole, refuse
from kzsim.scenario.schema import Written, known_keys
from kzsim.scenario.units import describe

GRID, LIST, LATIN_HYPERCUBE, SOBOL = "grid", "list", "latin_hypercube", "sobol"
DESIGNS = (GRID, LIST, LATIN_HYPERCUBE, SOBOL)
SAMPLED = (LATIN_HYPERCUBE, SOBOL)

EVIDENCE = "evidence"
"""What ``over`` says for every range of the evidence."""

MOST_LEVELS = 1_000
MOST_POINTS = 100_000
MOST_REPLICATIONS = 10_000
LONGEST_KEY = 300

_AXIS_EXAMPLE = "{from: 400 trucks/day, to: 1000 trucks/day, steps: 7} or {values: [none, standard]}"


class AxisFile(Written):
    """The values of one key: a span, or each value by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    first: Any = Field(default=None, alias="from")
    """The least value."""
    to: Any = None
    """The greatest value, included."""
    steps: Annotated[int | None, Whole(2, MOST_LEVELS, 7)] = None
    """How many values a grid takes from `from` to `to`, both included, at equal distances."""
    values: Any = None
    """The values one by one."""

    @model_validator(mode="before")
    @classmethod
    def _map(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return data
        raise refuse(f"expected a map such as {_AXIS_EXAMPLE}, found {describe(data)}")


class SweepFile(Written):
    """A sweep: one scenario at many points."""

    title: Annotated[str | None, Text(200, "Intake at Nur Zholy against dedicated lanes")] = None
    """What is asked, in one line; stands above every table and figure."""
    description: Annotated[str | None, Text(5000, "What is asked, and why these values.")] = None
    """What the sweep is for, in a few sentences."""
    scenario: Annotated[str | None, Text(300, "../baseline_2023.yaml")] = None
    """The scenario that every point builds on: a file in the folder of the sweep file, in the folder above
    it, or below these."""
    settings: Any = None
    """Keys of the scenario and the values they have at every point, as `--set` has them."""
    replications: Annotated[int | None, Whole(1, MOST_REPLICATIONS, 10)] = None
    """How often each point is run, each time with other random numbers; the same ones at every point.
    Default: the scenario's."""
    design: Annotated[str | None, Name("design", lambda: DESIGNS)] = None
    """How the points are chosen: grid, list, latin_hypercube or sobol."""
    points: Annotated[int | None, Whole(1, MOST_POINTS, 64)] = None
    """How many points a latin_hypercube or sobol design has."""
    seed: Annotated[int | None, Whole(0, 2**63 - 1, 1)] = None
    """Start of the random numbers of a latin_hypercube or sobol design. Default: 1."""
    parameters: dict[str, AxisFile] = Field(default_factory=dict)
    """Keys of the scenario and the values they take: {from, to}, for a grid with steps, or {values}."""
    rows: Any = None
    """The points of a list, one map of keys and values each."""
    over: Any = None
    """What is not known: `evidence` for every range of the evidence that the scenario reads, or a list of
    keys of the evidence, in which * stands for anything. Only for latin_hypercube and sobol."""
    indicators: Any = None
    """The indicators to report. Default: all."""


KEYS = known_keys(SweepFile)
AXIS_KEYS = known_keys(AxisFile)
