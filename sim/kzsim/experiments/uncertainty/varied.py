"""What is varied: the ranges of the evidence that act on the scenarios in question, drawn together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from kzsim.border.assemble import assemble
from kzsim.evidence.facts import OF_NO_MODE
from kzsim.experiments.sweeps.points import InvalidPoint, InvalidPointsError
from kzsim.experiments.sweeps.unknowns import LeftOut, Unknown, unknowns_of
from kzsim.indicators.layout import Cell
from kzsim.scenario import Base, Change, Over, Scenario, Wanted, variant
from kzsim.scenario.problems import Place
from kzsim.scenario.sweep_model import written

_PARAMETERS = "parameters."


@dataclass(frozen=True)
class Varied:
    """The unknowns of one or several scenarios, sorted by name.

    ``unknowns``: one of each name. ``of``: by scenario, its own unknown of each name that acts on it; a draw
    sets the same share of the same range in all of them. ``left_out``: ranges that are not varied, and why.
    """

    bases: tuple[Base, ...]
    unknowns: tuple[Unknown, ...]
    of: tuple[Mapping[str, Unknown], ...]
    left_out: tuple[LeftOut, ...]
    place: Place

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the unknowns, in the order of the columns of a point."""
        return tuple(one.name for one in self.unknowns)

    def numbers(self, shares: Sequence[float]) -> tuple[float, ...]:
        """The values at a point, each in its own unit; ``shares`` as in ``scenarios``."""
        return tuple(one.at(share) for one, share in zip(self.unknowns, shares, strict=True))

    def scenarios(self, point: int, shares: Sequence[float]) -> tuple[Scenario, ...]:
        """The scenarios of a point: ``shares`` [unknowns] between 0 and 1 of each range's probability.

        Raises InvalidPointsError if the values make no valid scenario.
        """
        made = []
        for base, own in zip(self.bases, self.of, strict=True):
            changes: list[Change] = []
            for one, share in zip(self.unknowns, shares, strict=True):
                if one.name in own:
                    changes += own[one.name].changes(share, self.place)
            found = variant(base, changes)
            if found.scenario is None:
                values = {
                    one.name: written(one.at(share), one.unit)
                    for one, share in zip(self.unknowns, shares, strict=True)
                }
                raise InvalidPointsError((InvalidPoint(point, values, found.errors),), point + 1)
            made.append(found.scenario)
        return tuple(made)

    def about(self, cells: Iterable[Cell]) -> tuple[int, ...]:
        """Numbers of the unknowns that can act on these cells: those of their crossing and mode."""
        places = {(cell.crossing, cell.mode) for cell in cells}
        return tuple(
            number
            for number, one in enumerate(self.unknowns)
            if any(_at(key, crossing, mode) for key in one.keys for crossing, mode in places)
        )


def _at(key: str, crossing: str, mode: str) -> bool:
    head, *rest = key.split(".")
    if head == "parameters":
        return rest[0] in OF_NO_MODE or (rest[0] == mode and rest[1] == crossing)
    return rest[0] == crossing and (head == "green_corridors" or rest[1] == mode)


def acting(bases: Sequence[Base], patterns: Sequence[str] = ()) -> Varied:
    """The ranges that at least one of the scenarios reads as it is.

    What a corridor would need that is in force in none of them is not varied: it changes nothing.
    ``patterns`` (``road.*.documents.*``) name those wanted; none: all but those with values of their own for
    parts of the year. Raises ScenarioError if a pattern fits nothing in any of them.
    """
    place = Place("--over")
    wanted = tuple(Wanted(word, Place(f"--over {word}", setting=word)) for word in patterns)
    over = Over(not wanted, wanted, place)
    of: list[dict[str, Unknown]] = []
    left_out: dict[str, LeftOut] = {}
    for base, found in zip(bases, unknowns_of([base.scenario for base in bases], over), strict=True):
        read = _read(base.scenario)
        of.append({one.name: one for one in found.varied if _acts(one, read)})
        left_out |= {one.name: one for one in found.left_out}
    together: dict[str, Unknown] = {}
    for own in of:
        for name, one in own.items():
            known = together.get(name)
            # one of them may set the entry at a crossing where another leaves it open
            keys = one.keys if known is None else tuple(dict.fromkeys((*known.keys, *one.keys)))
            together[name] = replace(one, keys=keys, factors=(1.0,) * len(keys))
    return Varied(
        tuple(bases),
        tuple(together[name] for name in sorted(together)),
        tuple(of),
        tuple(left_out[name] for name in sorted(left_out)),
        place,
    )


def _read(scenario: Scenario) -> frozenset[str]:
    """Keys of the evidence that the scenario reads; it does not hang on how many days there are."""
    short = replace(scenario, last_day=scenario.first_day + timedelta(days=1), run_in_ms=0, follow_up_ms=1)
    return frozenset(assemble(short).parameters.used)


def _acts(one: Unknown, read: frozenset[str]) -> bool:
    keys = [key.removeprefix(_PARAMETERS) for key in one.keys if key.startswith(_PARAMETERS)]
    return not keys or any(key in read for key in keys)
