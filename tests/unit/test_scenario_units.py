"""Quantities as people write them."""

from __future__ import annotations

import math

import pytest

from kzsim import evidence
from kzsim.scenario.units import Kind, UnitError, kind_of, parse_flag, parse_quantity, show

MINUTES = Kind("time", "min", "10 min")
TONNES = Kind("mass", "t", "22 t")
OFFICERS = Kind("count", "officers", "6 officers", whole=True)
TRUCKS = Kind("rate", "trucks/day", "800 trucks/day", whole=True)
TRAINS = Kind("rate", "trains/day", "10 trains/day")
SHARE = Kind("share", "%", "30 %", most=100.0)


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        ("12 min", MINUTES, 12.0),
        ("12min", MINUTES, 12.0),
        (" 90 s ", MINUTES, 1.5),
        ("1.5 h", MINUTES, 90.0),
        ("2 hours", MINUTES, 120.0),
        ("1 day", MINUTES, 1440.0),
        ("500 kg", TONNES, 0.5),
        ("1 officer", OFFICERS, 1.0),
        ("6 officers", OFFICERS, 6.0),
        ("650 trucks/day", TRUCKS, 650.0),
        ("1 truck/day", TRUCKS, 1.0),
        ("14.5 trains/day", TRAINS, 14.5),
        (".5 %", SHARE, 0.5),
        ("1e1 %", SHARE, 10.0),
        ("100 %", SHARE, 100.0),
    ],
)
def test_a_quantity_is_read_in_the_unit_of_its_field(written: str, kind: Kind, value: float) -> None:
    assert math.isclose(parse_quantity(written, kind), value)


@pytest.mark.parametrize(
    ("written", "kind", "start"),
    [
        ("12 parsec", MINUTES, "the unit 'parsec' does not fit here; write it in s, min, h or day"),
        ("12 T", TONNES, "unknown unit 'T': write 't'"),
        ("40 ton", TONNES, "unknown unit 'ton': a ton is 907 kg in one country"),
        ("6 oficers", OFFICERS, "unknown unit 'oficers', did you mean 'officers'?"),
        ("800 trains/day", TRUCKS, "the unit 'trains/day' does not fit here; write it in trucks/day"),
        ("min", MINUTES, "'min' does not start with a number"),
        ("-3 min", MINUTES, "-3 min is negative"),
        ("12", MINUTES, "a unit is missing after 12"),
        (12, MINUTES, "a unit is missing after 12: write it in s, min, h or day, for example '12 min'"),
        (True, MINUTES, "expected a quantity in s, min, h or day, found true"),
        ([], MINUTES, "expected a quantity in s, min, h or day, found a list"),
        (None, MINUTES, "expected a quantity in s, min, h or day, found nothing"),
        (float("nan"), MINUTES, "NaN (not a number) is not a quantity"),
        ("nan min", MINUTES, "'nan min' is not a quantity"),
        ("1e400 min", MINUTES, "the number is too large"),
        ("400 day", MINUTES, "576000 min is longer than 366 days"),
        ("1 000 trucks/day", TRUCKS, "write the number without separators"),
        ("1.000,5 trucks/day", TRUCKS, "write the number without separators"),
        ("7.5 trucks/day", TRUCKS, "7.5 trucks/day is not a whole number"),
        ("101 %", SHARE, "101 % is more than 100 %"),
        (0.3, SHARE, "a unit is missing after 0.3: write '30 %' or '0.3 %', whichever is meant"),
        ("500000000 officers", OFFICERS, "500000000 officers is more than 100,000,000"),
        ("1 %", MINUTES, "the unit '%' does not fit here"),
        ("5\n min x", MINUTES, "the unit 'min x' does not fit here"),
    ],
)
def test_a_quantity_that_cannot_be_says_why(written: object, kind: Kind, start: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse_quantity(written, kind)
    assert str(caught.value).startswith(start)


def test_a_ratio_is_a_bare_number_or_a_percentage() -> None:
    ratio = kind_of("ratio", 1.09)
    assert parse_quantity(1.2, ratio) == 1.2
    assert parse_quantity("120 %", ratio) == 1.2
    for wrong in ("1.2", "1.2 min"):
        with pytest.raises(UnitError):
            parse_quantity(wrong, ratio)


@pytest.mark.parametrize(("written", "value"), [("on", True), ("off", False), (True, True), (False, False)])
def test_a_flag_is_on_or_off(written: object, value: bool) -> None:
    assert parse_flag(written) is value


@pytest.mark.parametrize("written", ["yes", "On", 1, None, []])
def test_anything_else_is_no_flag(written: object) -> None:
    with pytest.raises(UnitError):
        parse_flag(written)


def test_every_entry_of_the_evidence_can_be_written_as_its_own_example() -> None:
    for key, fact in evidence.facts().items():
        if isinstance(fact.value, tuple):
            continue
        kind = kind_of(fact.unit, fact.value)
        if kind.dimension in ("flag", "text"):
            continue
        written: object = fact.value if kind.dimension == "number" else kind.example
        assert math.isclose(parse_quantity(written, kind), fact.number, rel_tol=1e-5), key


def test_a_quantity_is_shown_as_it_would_be_written() -> None:
    assert show(1, "officers") == "1 officer"
    assert show(2, "boxes") == "2 boxes"
    assert show(1, "boxes") == "1 box"
    assert show(1, "truck loads") == "1 truck load"
    assert show(1, "trucks/day") == "1 trucks/day"
