"""Quantities as a person writes them: ``12 min``, ``22 t``, ``650 trucks/day``, ``30 %``.

The list of units is short and closed: a general parser reads ``40 ton`` as US short tons and ``5 T``
as tesla. Counts carry the noun the evidence counts in (officers, lanes, ...).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from kzsim.scenario.problems import listed, nearest, shorten

# unit -> (dimension, how many of the smallest unit of the dimension)
_TIME = {
    "s": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "min": 60.0,
    "minute": 60.0,
    "minutes": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
    "hours": 3600.0,
    "day": 86400.0,
    "days": 86400.0,
}
_MASS = {"kg": 1.0, "t": 1000.0}
_SHORT = {"time": ("s", "min", "h", "day"), "mass": ("kg", "t")}
MS_PER_SECOND = 1000

# What people write and what it would have to be; none of these is guessed.
_ADVICE = {
    "ton": "a ton is 907 kg in one country and 1,016 kg in another; write 't' (1,000 kg)",
    "tons": "a ton is 907 kg in one country and 1,016 kg in another; write 't' (1,000 kg)",
    "tonne": "write 't'",
    "tonnes": "write 't'",
    "T": "write 't'",
    "m": "write 'min' for minutes",
    "mn": "write 'min'",
    "mins": "write 'min'",
    "hr": "write 'h'",
    "hrs": "write 'h'",
    "H": "write 'h'",
    "d": "write 'day'",
    "sec": "write 's'",
    "percent": "write '%'",
    "pct": "write '%'",
    "week": "write it in days",
    "weeks": "write it in days",
    "month": "write it in days",
    "months": "write it in days",
    "year": "write it in days",
}

LONGEST_DAYS = 366.0
LARGEST_COUNT = 100_000_000.0

# Means per day over a longer time; the other rates are numbers of vehicles on one day.
_FRACTIONAL_RATES = frozenset({"trains/day", "pairs/day"})

_NUMBER = r"[-+]?(?:[\d.][\d.,_ \u00a0\u202f]*)?(?:[eE][-+]?\d+)?"
_QUANTITY = re.compile(rf"\s*({_NUMBER})\s*(.*?)\s*", re.DOTALL)
_PLAIN = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.?(nan|inf|infinity)\b.*", re.IGNORECASE)


class UnitError(ValueError):
    """A quantity that cannot be read; the text says why and gives an example."""


@dataclass(frozen=True)
class Kind:
    """What a field measures: its dimension, the unit its plain number is in, and an example.

    ``dimension`` 'number' is a bare number (a ratio), 'flag' on or off, 'text' words. ``least`` and
    ``most`` are in ``unit``.
    """

    dimension: Literal["time", "mass", "share", "count", "rate", "money", "number", "flag", "text"]
    unit: str
    example: str
    whole: bool = False
    least: float = 0.0
    most: float = math.inf


def kind_of(unit: str, example: float | bool | str) -> Kind:
    """The kind of an evidence entry by its unit; ``example`` is the entry's value.

    Words that qualify a unit of the evidence (``per open day``, ``of examined``) are left out: the
    entry's meaning says them.
    """
    if unit == "flag":
        return Kind("flag", unit, "on" if example else "off")
    if unit in ("text", "date"):
        return Kind("text", unit, shorten(example))
    plain = re.sub(r"\s*\(.*\)| each way| per crossing", "", unit).strip()
    number = f"{example:.10g}" if isinstance(example, int | float) else "1"
    if plain.startswith("%"):
        return Kind("share", "%", f"{number} %", most=100.0)
    if plain in ("ratio", "share", "rank"):
        return Kind("number", plain, number)
    if plain in _TIME:
        # A time before something else, such as an early arrival, is negative in the evidence too.
        early = isinstance(example, int | float) and example < 0
        return Kind("time", plain, f"{number} {plain}", least=-math.inf if early else 0.0)
    if plain in _MASS:
        return Kind("mass", plain, f"{number} {plain}")
    if plain[:3] in ("USD", "KZT"):
        return Kind("money", plain, f"{number} {plain}")
    if "/" in plain:
        noun = plain.split("/")[0]
        fractional = plain in _FRACTIONAL_RATES or noun in _TIME or noun in _MASS
        return Kind("rate", plain, f"{number} {plain}", whole=not fractional)
    return Kind("count", plain, f"{number} {agree(plain, float(number))}", whole=True)


def parse_quantity(written: object, kind: Kind) -> float:
    """The number of ``written`` in ``kind.unit``.

    :raises UnitError: no number, no unit, a unit of another dimension, or a number that cannot be.
    """
    example = f"for example '{kind.example}'"
    if isinstance(written, bool) or written is None or isinstance(written, dict | list):
        raise UnitError(f"expected a quantity in {_units(kind)}, found {describe(written)}; {example}")
    if isinstance(written, int | float):
        if not math.isfinite(written):
            raise UnitError(f"{_name_of(written)} is not a quantity; {example}")
        if kind.dimension == "number":
            return _checked(float(written), kind, example)
        if kind.unit == "%" and 0 < written <= kind.most / 100:
            meant = f"'{100 * written:g} %' or '{written:g} %'"
            raise UnitError(f"a unit is missing after {written:g}: write {meant}, whichever is meant")
        suggestion = f"{written:g} {agree(kind.unit, float(written))}" if written >= 0 else kind.example
        raise UnitError(
            f"a unit is missing after {written:g}: write it in {_units(kind)}, for example '{suggestion}'"
        )
    text = str(written)
    if _NOT_A_NUMBER.fullmatch(text.strip()):
        raise UnitError(f"{shorten(text)} is not a quantity; {example}")
    match = _QUANTITY.fullmatch(text)
    digits, unit = (match.group(1), match.group(2)) if match else ("", text)
    value = _number(digits, text, example)
    if kind.dimension == "number":
        if unit == "%":
            return _checked(value / 100.0, kind, example)
        if unit:
            raise UnitError(f"expected a bare number, found the unit {shorten(unit)}; {example}")
        raise UnitError(f"a bare number is written without quotes; {example}")
    if not unit:
        raise UnitError(f"a unit is missing after {digits.strip()}: write it in {_units(kind)}, {example}")
    return _checked(value * _factor(unit, kind, example), kind, example)


def in_own_unit(written: object, kind: Kind) -> tuple[float, str]:
    """Number and unit of a quantity as they were written; the unit of a bare number is ''.

    :raises UnitError: as ``parse_quantity`` does.
    """
    value = parse_quantity(written, kind)
    if kind.dimension == "number":
        return value, ""
    match = _QUANTITY.fullmatch(str(written))
    digits, unit = (match.group(1), match.group(2)) if match else ("", "")
    return _number(digits, str(written), f"for example '{kind.example}'"), unit


def parse_flag(written: object) -> bool:
    """``on``/``off`` (or true/false) as a bool.

    :raises UnitError: anything else.
    """
    if isinstance(written, bool):
        return written
    if isinstance(written, str) and written in ("on", "off"):
        return written == "on"
    raise UnitError(f"expected on or off, found {describe(written)}")


def describe(value: object) -> str:
    """What was written, named: ``'x'``, ``true``, ``a list``, ``the number 3``, ``nothing``."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value:g}" if isinstance(value, float) else f"the number {value}"
    if isinstance(value, str):
        return shorten(value)
    return "a list" if isinstance(value, list) else "a map"


def show(value: float, unit: str) -> str:
    """``800 trucks/day``, ``12 min``, ``1 officer``."""
    return f"{value:.10g} {agree(unit, value)}"


def _number(digits: str, text: str, example: str) -> float:
    compact = digits.strip()
    if "," in compact or "_" in compact or re.search(r"\d[ \u00a0\u202f]+\d", compact):
        raise UnitError(
            f"write the number without separators and with a decimal point, found {shorten(text)}; {example}"
        )
    if not _PLAIN.fullmatch(compact):
        raise UnitError(f"{shorten(text)} does not start with a number; {example}")
    return float(compact)


def _factor(unit: str, kind: Kind, example: str) -> float:
    """Times which a number in ``unit`` is one in ``kind.unit``."""
    if unit == kind.unit or unit in (_singular(kind.unit), agree(kind.unit, 2.0)):
        return 1.0
    table = _TIME if kind.dimension == "time" else _MASS if kind.dimension == "mass" else {}
    if unit in table:
        return table[unit] / table[kind.unit]
    if kind.dimension == "rate":
        noun, per = kind.unit.split("/", 1)
        given_noun, slash, given_per = unit.partition("/")
        if slash and given_noun in (noun, _singular(noun)) and given_per in (per, _singular(per), per + "s"):
            return 1.0
        if slash and given_per == per and noun in _MASS and given_noun in _MASS:
            return _MASS[given_noun] / _MASS[noun]
    if unit in _ADVICE:
        raise UnitError(f"unknown unit {shorten(unit)}: {_ADVICE[unit]}; {example}")
    near = nearest(unit, (kind.unit, *_SHORT.get(kind.dimension, ())), cutoff=0.85)
    if near is not None:
        raise UnitError(f"unknown unit {shorten(unit)}, did you mean '{near}'?")
    raise UnitError(f"the unit {shorten(unit)} does not fit here; write it in {_units(kind)}, {example}")


def _checked(value: float, kind: Kind, example: str) -> float:
    shown = show(value, kind.unit) if kind.dimension != "number" else f"{value:g}"
    if not math.isfinite(value):
        raise UnitError(f"the number is too large; {example}")
    if value < kind.least:
        raise UnitError(f"{shown} is negative; {example}")
    if kind.dimension == "time" and value * _TIME[kind.unit] > LONGEST_DAYS * _TIME["day"]:
        raise UnitError(f"{shown} is longer than {LONGEST_DAYS:g} days; {example}")
    if kind.dimension in ("count", "rate", "mass") and value > LARGEST_COUNT:
        raise UnitError(f"{shown} is more than {LARGEST_COUNT:,.0f}; {example}")
    if value > kind.most:
        raise UnitError(f"{shown} is more than {show(kind.most, kind.unit)}; {example}")
    if kind.whole and value != round(value):
        raise UnitError(f"{shown} is not a whole number; {example}")
    return value


def _units(kind: Kind) -> str:
    if kind.dimension in _SHORT:
        return listed(_SHORT[kind.dimension], "or")
    return kind.unit


def _name_of(value: float) -> str:
    return "NaN (not a number)" if math.isnan(value) else "infinity"


def agree(unit: str, value: float) -> str:
    """The unit in the number of ``value``: ``1 officer``, ``2 officers``; symbols stay as they are."""
    if value != 1 or "/" in unit:
        return unit
    return _singular(unit)


def _singular(unit: str) -> str:
    head, slash, tail = unit.partition("/")
    words = head.split(" ")
    last = words[-1]
    if len(last) > 2 and last.endswith("s") and last not in _TIME:
        words[-1] = last[:-2] if last.endswith("xes") else last[:-1]
    return " ".join(words) + slash + tail
