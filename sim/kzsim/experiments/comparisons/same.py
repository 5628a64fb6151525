"""Whether two scenarios are of the same entities, and what else than policy differs between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kzsim import evidence
from kzsim.experiments.comparisons.errors import ComparisonError
from kzsim.scenario.model import CrossingSettings

if TYPE_CHECKING:
    from kzsim.experiments.models import Model
    from kzsim.network.model import Arrivals, Source
    from kzsim.scenario import Scenario

_WRITE = "Write the same in both, or extend one file from the other and change only the policy."
_NAMED = 3
"""So many sources with other arrivals are named, the others counted."""


def check_same_entities(
    base: Scenario, base_model: Model, other: Scenario, model: Model, name: str, base_name: str
) -> None:
    """Raise ComparisonError unless both scenarios have the same trucks and trains, followed alike."""
    differing = list(_differing(base, other))
    sources = {source.name: source for source in base_model.program.network.sources}
    others = {source.name: source for source in model.program.network.sources}
    moved = sorted(
        key
        for key in sources.keys() | others.keys()
        if key not in sources or key not in others or _comes(sources[key]) != _comes(others[key])
    )
    if moved and not differing:
        # an override of what demand is made from
        more = f" and {len(moved) - _NAMED} more" if len(moved) > _NAMED else ""
        differing.append(f"the arrivals of {', '.join(moved[:_NAMED])}{more}")
    if not differing:
        return
    raise ComparisonError(
        f"{name} and {base_name} are not of the same trucks and trains. They differ in "
        f"{'; '.join(differing)}.",
        _WRITE,
    )


def _comes(source: Source) -> tuple[Arrivals, str]:
    """What decides when its entities come, or whom they follow; by which step is a matter of policy."""
    return source.arrivals, "" if source.follows is None else source.follows.source


def _differing(base: Scenario, other: Scenario) -> Iterator[str]:
    pairs: dict[str, tuple[Any, Any]] = {
        "year": (base.year, other.year),
        "period": (_period(base), _period(other)),
        "run_in": (_days(base.run_in_ms), _days(other.run_in_ms)),
        "follow_up": (_days(base.follow_up_ms), _days(other.follow_up_ms)),
        "simulate.road": (_listed(base.road), _listed(other.road)),
        "simulate.rail": (_listed(base.rail), _listed(other.rail)),
        "demand": (_percent(base.demand_factor), _percent(other.demand_factor)),
    }
    for crossing in sorted(base.crossings.keys() | other.crossings.keys()):
        one = base.crossings.get(crossing, CrossingSettings())
        two = other.crossings.get(crossing, CrossingSettings())
        for mode, settings in (("road", (one.road, two.road)), ("rail", (one.rail, two.rail))):
            pairs[f"crossings.{crossing}.{mode}.demand"] = (
                _percent(settings[0].demand_factor),
                _percent(settings[1].demand_factor),
            )
    if base.seed != other.seed:
        yield f"seed ({base.seed}, here {other.seed}; --seed sets one for all)"
    for key, (mine, theirs) in pairs.items():
        if mine != theirs:
            yield f"{key} ({mine}, here {theirs})"


def compliance(scenario: Scenario, crossing: str) -> float:
    """Share (0..1) of eligible entities that meet a corridor's conditions at a crossing."""
    corridor = scenario.corridors.get(crossing)
    if corridor is None or corridor.compliance is None:
        return evidence.corridor().compliance.base
    return corridor.compliance


def same_roles(base: Scenario, other: Scenario) -> bool:
    """Whether the same entities comply in both, so that each can be found in the same group of both."""
    crossings = {*base.road, *base.rail}
    return all(compliance(base, crossing) == compliance(other, crossing) for crossing in crossings)


def not_policy(base: Scenario, other: Scenario, name: str, base_name: str) -> Iterator[str]:
    """A warning for each setting that differs and is no policy: the difference is then of both."""
    for crossing in sorted({*base.road, *base.rail}):
        mine, theirs = compliance(base, crossing), compliance(other, crossing)
        if mine != theirs:
            yield (
                f"{name} differs from {base_name} also in who complies at {crossing}: {_percent(theirs)} "
                f"instead of {_percent(mine)}. Rows by corridor role follow the roles in {name}, and the "
                "differences are of both changes together."
            )
    for key in sorted(base.overrides.keys() | other.overrides.keys()):
        before, after = base.overrides.get(key), other.overrides.get(key)
        if before != after:
            yield (
                f"{name} differs from {base_name} also in parameters.{key}: {_said(after)} instead of "
                f"{_said(before)}. That describes the border and is no policy; the differences are of both "
                "changes together."
            )


def only_corridors(base: Scenario, other: Scenario, name: str, base_name: str) -> None:
    """Raise ComparisonError unless both differ in the measures of their corridors and nothing else."""
    if not same_roles(base, other):
        raise ComparisonError(
            f"--by-measure takes the corridors of {name} apart, but {name} differs from {base_name} in "
            "compliance too.",
            "Write the same compliance in both.",
        )
    one, two = base.canonical(), other.canonical()
    differing = [
        key
        for key in (one | two)
        if key not in ("corridors", "uptake", "replications") and one.get(key) != two.get(key)
    ]
    if differing:
        raise ComparisonError(
            f"--by-measure takes the corridors of {name} apart, but {name} differs from {base_name} in "
            f"{', '.join(differing)} too.",
            "Let both differ in green_corridors only.",
        )


def _said(value: object) -> str:
    return "the evidence's value" if value is None else str(value)


def _period(scenario: Scenario) -> str:
    return f"{scenario.first_day} to {scenario.last_day}"


def _days(ms: int) -> str:
    days = ms / 86_400_000
    return f"{days:g} {'day' if days == 1 else 'days'}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(sorted(names)) or "none"


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
