"""A comparison, known before it is run: its worlds, that they are of the same entities, its digest."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kzsim.experiments.comparisons import same
from kzsim.experiments.comparisons.errors import ComparisonError
from kzsim.experiments.comparisons.measures import Variant, meaning, touched_crossings, variants
from kzsim.experiments.identity import digest, model_version
from kzsim.experiments.methods import Rounds
from kzsim.experiments.models import Model, expected_entities, make_model, with_run_values
from kzsim.indicators.catalogue import UNCHANGED_WITHIN_MS
from kzsim.network.model import MS_PER_HOUR
from kzsim.scenario import Scenario

CAP = 100
"""Most replications where a precision is asked for and no number of replications is."""

MOST_IN_NAME = 80
"""Characters of a folder's name that come from the files' names."""


@dataclass(frozen=True)
class ComparisonPlan:
    """What will be compared.

    ``names`` and ``scenarios``: the base first. ``replications`` is the number, or the cap where
    ``precision`` (a share of the base's mean) is asked for. ``parts``: the variants of ``by_measure``,
    and in ``world_of`` the number of the world in which each is run: 0 the base, 1 the alternative, 2 and
    up ``part_scenarios``. ``same_roles``: for each alternative, whether the same entities comply.
    """

    names: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    replications: int
    seed: int
    precision: float | None
    digest: str
    model_version: str
    entities_of_one: float
    models: tuple[Model, ...] = field(compare=False, repr=False)
    same_roles: tuple[bool, ...]
    parts: tuple[Variant, ...] = ()
    world_of: tuple[int, ...] = ()
    touched: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unchanged_within_ms: int = UNCHANGED_WITHIN_MS

    @property
    def unchanged_within_h(self) -> float:
        """A change of a time up to this is none."""
        return self.unchanged_within_ms / MS_PER_HOUR

    @property
    def by_measure(self) -> bool:
        """Whether the alternative is taken apart."""
        return bool(self.parts)

    @property
    def part_scenarios(self) -> tuple[Scenario, ...]:
        """What is run besides base and alternatives, in the order of its worlds."""
        found = {
            world: part.scenario
            for part, world in zip(self.parts, self.world_of, strict=True)
            if world >= len(self.scenarios)
        }
        return tuple(found[world] for world in sorted(found))

    @property
    def worlds(self) -> tuple[Scenario, ...]:
        """All that is run in each replication."""
        return (*self.scenarios, *self.part_scenarios)

    @property
    def entities(self) -> float:
        """Entities expected over all worlds and replications (up to the cap)."""
        return self.replications * len(self.worlds) * self.entities_of_one

    @property
    def rounds(self) -> Rounds | None:
        """After how many replications the precision is looked at."""
        return None if self.precision is None else Rounds(cap=self.replications)

    @property
    def title(self) -> str:
        """``green_all against baseline_2023``."""
        return f"{', '.join(self.names[1:])} against {self.names[0]}" + (
            ", by measure" if self.by_measure else ""
        )

    @property
    def folder(self) -> str:
        """The name of the folder below that of all results."""
        plain = "-".join(
            "".join(char if char.isalnum() or char in "_." else "_" for char in Path(name).stem)
            for name in self.names
        )
        return f"compare-{plain[:MOST_IN_NAME]}" + ("-by-measure" if self.by_measure else "")


def plan_comparison(
    base: Scenario,
    alternatives: Sequence[Scenario],
    *,
    names: Sequence[str] = (),
    replications: int | None = None,
    seed: int | None = None,
    precision: float | None = None,
    by_measure: bool = False,
    unchanged_within_h: float = UNCHANGED_WITHIN_MS / MS_PER_HOUR,
) -> ComparisonPlan:
    """Build all scenarios and say what would be compared.

    ``names``: what they are called, the base first; default: their titles. Without ``replications`` it is
    the base's number, or with ``precision`` at most ``CAP``. ``unchanged_within_h``: hours up to which a
    change of a time counts as none, to the millisecond. Raises ComparisonError if they are not of the
    same entities or cannot be compared as asked, and whatever building a border raises.
    """
    _check_asked(alternatives, replications, precision, by_measure=by_measure)
    if not 0 <= unchanged_within_h < math.inf:
        raise ComparisonError(
            f"A time cannot count as unchanged within {unchanged_within_h:g} h.", "Name a time of 0 or more."
        )
    within_ms = round(unchanged_within_h * MS_PER_HOUR)
    called = _distinct(names or [scenario.title for scenario in (base, *alternatives)])
    wanted = replications or (base.replications if precision is None else CAP)
    scenarios = tuple(
        with_run_values(scenario, None if scenario.replications == wanted else wanted, seed)
        for scenario in (base, *alternatives)
    )
    models = tuple(make_model(scenario) for scenario in scenarios)
    for name, scenario, model in zip(called[1:], scenarios[1:], models[1:], strict=True):
        same.check_same_entities(scenarios[0], models[0], scenario, model, name, called[0])
    parts: tuple[Variant, ...] = ()
    world_of: tuple[int, ...] = ()
    if by_measure:
        same.only_corridors(scenarios[0], scenarios[1], called[1], called[0])
        parts = variants(scenarios[0], scenarios[1], called[1])
        world_of = _worlds_of(scenarios, parts)
    first = scenarios[0]
    document = {
        "comparison": list(called),
        "scenarios": [
            digest(scenario, counterfactual=False, used=dict(model.border.parameters.used))
            for scenario, model in zip(scenarios, models, strict=True)
        ],
        "precision": precision,
        "by_measure": by_measure,
        "unchanged_within_ms": within_ms,
    }
    return ComparisonPlan(
        names=called,
        scenarios=scenarios,
        replications=wanted,
        seed=first.seed,
        precision=precision,
        digest=hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest(),
        model_version=model_version(),
        entities_of_one=math.fsum(flow.entities for flow in expected_entities(models[0])),
        models=models,
        same_roles=tuple(same.same_roles(first, scenario) for scenario in scenarios[1:]),
        parts=parts,
        world_of=world_of,
        touched=touched_crossings(first, scenarios[1]) if by_measure else (),
        warnings=tuple(_warnings(called, scenarios)),
        notes=tuple(dict.fromkeys(note for model in models for note in model.border.notes)),
        unchanged_within_ms=within_ms,
    )


def _check_asked(
    alternatives: Sequence[Scenario],
    replications: int | None,
    precision: float | None,
    *,
    by_measure: bool,
) -> None:
    if not alternatives:
        raise ComparisonError("There is nothing to compare the base with.", "Name one alternative or more.")
    if by_measure and len(alternatives) != 1:
        raise ComparisonError(
            f"--by-measure takes one alternative apart; {len(alternatives)} were named.",
            "Compare them one by one.",
        )
    if precision is not None:
        if not 0 < precision < 1:
            raise ComparisonError(
                f"A precision of {100 * precision:g} % is none.", "Ask for a share between 0 and 100 %."
            )
        least = Rounds.first
        if replications is not None and replications < least:
            raise ComparisonError(
                f"With a precision, --replications {replications} is the most to be made, and the first look "
                f"is after {least}.",
                f"Allow {least} replications or more.",
            )


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """The files' stems where these differ, else what was given, with a number where that is the same too."""
    stems = [Path(name).stem if name.endswith((".yaml", ".yml")) else name for name in names]
    if len(set(stems)) == len(stems):
        return tuple(stems)
    found: list[str] = []
    for name in names:
        number = sum(one == name or one.startswith(f"{name} (") for one in found)
        found.append(name if not number else f"{name} ({number + 1})")
    return tuple(found)


def _worlds_of(scenarios: Sequence[Scenario], parts: Sequence[Variant]) -> tuple[int, ...]:
    """The number of each part's world; parts that mean the same share one."""
    known = {meaning(scenario): world for world, scenario in enumerate(scenarios)}
    return tuple(known.setdefault(meaning(part.scenario), len(known)) for part in parts)


def _warnings(names: Sequence[str], scenarios: Sequence[Scenario]) -> Iterator[str]:
    base = scenarios[0]
    for name, scenario in zip(names[1:], scenarios[1:], strict=True):
        if meaning(scenario) == meaning(base):
            yield f"{name} means the same as {names[0]}: there will be no difference."
        yield from same.not_policy(base, scenario, name, names[0])
