"""Which figures of a world are looked at: an indicator of one cell, or of several taken together."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods import MethodError
from kzsim.experiments.methods.paired import Better
from kzsim.indicators.catalogue import INDICATORS
from kzsim.indicators.layout import ALL, HEADLINE, Cell, Layout
from kzsim.indicators.summary import Summary
from kzsim.indicators.tables import unit_of
from kzsim.scenario.problems import nearest
from kzsim.scenario.units import Kind, UnitError, parse_quantity

COLUMN = {indicator.name: number for number, indicator in enumerate(INDICATORS)}
_LEGS = {indicator.name: indicator.legs for indicator in INDICATORS}
_UNIT = {indicator.name: indicator.unit for indicator in INDICATORS}
_NO_MEAN_OF_MEANS = frozenset(
    {*(name for name in COLUMN if re.search(r"_p\d+$", name)), "unabsorbed_share"}  # all that are quantiles
)
"""Of these the value of several cells together does not follow from theirs."""
_PARTS = 5
_FORM = "mode.crossing.direction, for example road.bakhty.kz_to_cn or road.*.kz_to_cn.agricultural"


@dataclass(frozen=True)
class Output:
    """An indicator of the cells with these keys, taken together if there are several.

    Means per entity are weighted by the number followed; figures per day and numbers are summed.
    """

    indicator: str
    unit: str
    cells: tuple[Cell, ...]
    name: str

    @property
    def better(self) -> Better:
        """Whether more of it is wanted, or less."""
        return "larger" if better_larger(self.indicator) else "smaller"

    def of(self, layout: Layout, summary: Summary) -> float:
        """Its value in one replication; NaN where there is none."""
        wanted = {cell.key for cell in self.cells}
        rows = [number for number, cell in enumerate(layout.cells) if cell.key in wanted]
        values = [float(summary.values[row, COLUMN[self.indicator]]) for row in rows]
        return pooled(self.indicator, values, [int(summary.cohort[row]) for row in rows])


def pooled(indicator: str, values: Sequence[float], cohort: Sequence[int]) -> float:
    """One value for several cells: a mean weighted by who is followed, or a sum; NaN without any."""
    seen = [(value, count) for value, count in zip(values, cohort, strict=True) if not math.isnan(value)]
    if not seen:
        return math.nan
    if len(seen) == 1:
        return seen[0][0]
    if not is_mean(indicator):
        return math.fsum(value for value, _ in seen)
    followed = sum(count for _, count in seen)
    return math.fsum(value * count for value, count in seen) / followed if followed else math.nan


def is_mean(indicator: str) -> bool:
    """Whether it is a mean or share over those followed, and not a number of them or a figure per day."""
    return _UNIT[indicator] in ("h", "share", "USD")


def better_larger(indicator: str) -> bool:
    """Whether more of it is wanted."""
    return indicator.endswith("_per_day") or indicator.startswith("share_within")


def check_indicators(names: Iterable[str]) -> tuple[str, ...]:
    """The names, each once. Raises MethodError naming one that is no indicator."""
    found = tuple(dict.fromkeys(names))
    for name in found:
        if name not in COLUMN:
            near = nearest(name, list(COLUMN))
            hint = f", did you mean '{near}'?" if near else f"; there are {', '.join(COLUMN)}"
            raise MethodError(f"unknown indicator '{name}'{hint}")
    return found


_ONCE = "that is told of the crossing itself, not of other legs of a journey; leave the class out"


def matching(layout: Layout, pattern: str) -> tuple[Cell, ...]:
    """The cells that ``mode.crossing.direction[.class[.role]]`` names; ``*`` stands for anything.

    What is left out at the end stands for what first figures speak of: all trucks, loaded trains, whatever
    their part in a corridor. Raises MethodError if the pattern is none or fits nothing.
    """
    parts = pattern.split(".")
    if len(parts) > _PARTS or not all(parts):
        raise MethodError(f"'{pattern}' names no flow: wanted {_FORM}")
    found = []
    for cell in layout.cells:
        own = (cell.mode, cell.crossing, cell.direction, cell.klass, cell.corridor)
        usual = ("*", "*", "*", HEADLINE.get(cell.mode, ALL), ALL)
        wanted = (*parts, *usual[len(parts) :])
        if all(fnmatchcase(name, part) for name, part in zip(own, wanted, strict=True)):
            found.append(cell)
    if not found:
        words = dict.fromkeys(".".join((cell.mode, cell.crossing, cell.direction)) for cell in layout.cells)
        near = nearest(".".join(parts[:3]), list(words))
        hint = f", did you mean '{near}'?" if near else f"; wanted {_FORM}"
        raise MethodError(f"'{pattern}' fits no flow of this scenario{hint}")
    return tuple(found)


def single(layout: Layout, indicators: Iterable[str], pattern: str = "*.*.*") -> tuple[Output, ...]:
    """Each of the indicators of each cell by itself; MethodError where no cell has any of them."""
    found = tuple(
        Output(name, unit_of(_UNIT[name], cell.mode), (cell,), _spoken(cell))
        for cell in matching(layout, pattern)
        for name in check_indicators(indicators)
        if cell.leg in _LEGS[name]
    )
    if not found:
        raise MethodError(f"'{pattern}' has no {', '.join(indicators)}: {_ONCE}")
    return found


def together(layout: Layout, indicator: str, pattern: str) -> Output:
    """One indicator of all cells that the pattern names. Raises MethodError where that has no meaning."""
    (name,) = check_indicators([indicator])
    cells = tuple(cell for cell in matching(layout, pattern) if cell.leg in _LEGS[name])
    if not cells:
        raise MethodError(f"'{pattern}' has no {name}: {_ONCE}")
    modes = {cell.mode for cell in cells}
    if len(cells) > 1 and name in _NO_MEAN_OF_MEANS:
        raise MethodError(
            f"{name} of {len(cells)} flows together cannot be told from theirs: name one flow, {_FORM}"
        )
    if len(modes) > 1:
        raise MethodError("trucks and trains cannot be counted together: name road.* or rail.*")
    (mode,) = modes
    every = f"all {mode} flows" if pattern == f"{mode}.*.*" else pattern
    spoken = _spoken(cells[0]) if len(cells) == 1 else f"{every} ({len(cells)} together)"
    return Output(name, unit_of(_UNIT[name], mode), cells, spoken)


def usual_pattern(layout: Layout) -> str:
    """All of the road, or of rail where no road is simulated."""
    return "road.*.*" if any(cell.mode == "road" for cell in layout.cells) else "rail.*.*"


def _spoken(cell: Cell) -> str:
    more = [part for part in (cell.klass, cell.corridor) if part not in (ALL, HEADLINE.get(cell.mode, ALL))]
    return ", ".join((cell.spoken, *more))


def values_of(outputs: Sequence[Output], layout: Layout, summary: Summary) -> npt.NDArray[np.float64]:
    """Float64 [outputs]: all of them in one replication."""
    return np.array([one.of(layout, summary) for one in outputs])


def in_unit(written: str, indicator: str) -> float:
    """A quantity such as ``0.25 h``, ``15 min`` or ``2 trucks/day`` in the indicator's own unit.

    Raises MethodError for anything else.
    """
    (name,) = check_indicators([indicator])
    unit = _UNIT[name]
    if unit == "h":
        kind = Kind("time", "h", "0.25 h")
    elif unit == "share":
        kind = Kind("share", "%", "1 %", most=100.0)
    else:
        found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(\S+)\s*", written)
        known = _spellings(unit)
        if found is None or found[2] not in (unit, *known):
            raise MethodError(
                f"expected a quantity in {' or '.join(known)}, found '{written}'; for example '2 {known[0]}'"
            )
        return float(found[1])
    try:
        value = parse_quantity(written, kind)
    except UnitError as error:
        raise MethodError(str(error)) from error
    return value / 100 if unit == "share" else value


def worth_detecting(written: str | None, indicator: str) -> float:
    """The smallest difference worth detecting, in the indicator's unit; None: 0.25 h of a time.

    Raises MethodError for anything else that is left out, with an example in the right unit.
    """
    (name,) = check_indicators([indicator])
    if written is not None:
        return in_unit(written, name)
    unit = _UNIT[name]
    if unit == "h":
        return 0.25
    example = "1 %" if unit == "share" else f"2 {_spellings(unit)[0]}"
    raise MethodError(
        f"{name} is in {'per cent' if unit == 'share' else ' or '.join(_spellings(unit))}: say with --delta "
        f"which difference is worth detecting, for example --delta '{example}'"
    )


def _spellings(unit: str) -> list[str]:
    """How a unit is written: by mode where it counts entities."""
    known = {unit_of(unit, mode) for mode in ("road", "rail")}
    return sorted(known, reverse=True)
