"""How single values of a scenario file are read: one small class a kind of value.

Each is put behind a field's type with ``Annotated``; pydantic calls it to read the value and to
describe it in the JSON schema, ``explain`` asks it for an example.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, ClassVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from kzsim.scenario import words
from kzsim.scenario.problems import listed, shorten, suggest
from kzsim.scenario.units import Kind, UnitError, describe, parse_flag, parse_quantity

MINUTES_PER_DAY = 1440

# Half characters, which no file can hold, and what turns or hides the text around it. A quoted text of
# YAML may ask for them by number, though a file may not hold them.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def refuse(message: str, item: int | None = None) -> PydanticCustomError:
    """The error of a value, with its whole text; ``item`` is the place in a list, from 0."""
    return PydanticCustomError("refused", "{text}", {"text": message, "item": item})


class Reader:
    """Base of the kinds of value. ``example`` is what a person could write."""

    @property
    def example(self) -> str:
        """A value that would be accepted."""
        raise NotImplementedError

    def read(self, written: Any) -> Any:
        """The value, or a PydanticCustomError that says what is wrong."""
        raise NotImplementedError

    def schema(self) -> JsonSchemaValue:
        """The JSON schema of what may be written."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic reads the value with ``read``."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Pydantic describes the value with ``schema``."""
        return self.schema()


@dataclass(frozen=True)
class Quantity(Reader):
    """A number with a unit; ``if_zero`` is the objection to zero, where zero makes no sense."""

    kind: Kind
    if_zero: str = ""

    @property
    def example(self) -> str:
        """Number and unit."""
        return self.kind.example

    def read(self, written: Any) -> float:
        """The number in ``kind.unit``; shares and factors in % as a fraction of 1."""
        try:
            value = parse_quantity(written, self.kind)
        except UnitError as error:
            raise refuse(str(error)) from None
        if value == 0 and self.if_zero:
            raise refuse(self.if_zero)
        return value / 100.0 if self.kind.unit == "%" else value

    def schema(self) -> JsonSchemaValue:
        """Text that starts with a number and ends with a unit."""
        return {"type": "string", "pattern": r"^\s*[0-9.].*[^0-9\s.]\s*$", "examples": [self.kind.example]}


@dataclass(frozen=True)
class Whole(Reader):
    """A whole number in a range, without unit."""

    low: int
    high: int
    sample: int

    @property
    def example(self) -> str:
        """A whole number."""
        return str(self.sample)

    def read(self, written: Any) -> int:
        """The number."""
        if isinstance(written, str) and re.fullmatch(r"\s*[-+]?\d{1,18}\s*", written):
            raise refuse(f"expected a whole number; write {int(written)} without quotes")
        if isinstance(written, bool) or not isinstance(written, int | float):
            raise refuse(f"expected a whole number, found {describe(written)}; for example {self.sample}")
        if written != written or abs(written) == float("inf") or written != int(written):
            raise refuse(f"{written:g} is not a whole number; for example {self.sample}")
        if not self.low <= written <= self.high:
            raise refuse(
                f"{int(written):,} is not between {self.low} and {self.high:,}; for example {self.sample}"
            )
        return int(written)

    def schema(self) -> JsonSchemaValue:
        """An integer between two bounds."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


class Year(Whole):
    """A year that the evidence covers."""

    def __init__(self) -> None:
        super().__init__(1900, 2200, words.base_year())

    @property
    def example(self) -> str:
        """The year that a scenario without `year` has."""
        return str(words.base_year())

    def read(self, written: Any) -> int:
        """The year."""
        year = super().read(written)
        if year not in words.years():
            raise refuse(
                f"the evidence has no parameters for {year}; it has them for {listed(words.years())}"
            )
        return year

    def schema(self) -> JsonSchemaValue:
        """One of the years."""
        return {"type": "integer", "enum": list(words.years())}


@dataclass(frozen=True)
class Text(Reader):
    """Words; ``longest`` in characters."""

    longest: int
    sample: str

    @property
    def example(self) -> str:
        """Some words."""
        return self.sample

    def read(self, written: Any) -> str:
        """The text without blanks around it."""
        if isinstance(written, bool | int | float):
            shown = str(written).lower() if isinstance(written, bool) else f"{written}"
            raise refuse(f"expected text, found {describe(written)}; put it in quotes: '{shown}'")
        if not isinstance(written, str):
            raise refuse(f"expected text, found {describe(written)}; for example '{self.sample}'")
        if not written.strip():
            raise refuse(f"is empty; for example '{self.sample}'")
        if len(written) > self.longest:
            raise refuse(f"has {len(written):,} characters; at most {self.longest:,} are allowed")
        unfit = _UNFIT.search(written)
        if unfit is not None:
            raise refuse(f"holds the character U+{ord(unfit.group()):04X}, which cannot be shown; delete it")
        return written.strip()

    def schema(self) -> JsonSchemaValue:
        """Text that is not empty."""
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True)
class Day(Reader):
    """A day of the calendar, ``2023-03-01``."""

    _ISO: ClassVar[re.Pattern[str]] = re.compile(r"\d{4}-\d{2}-\d{2}")

    @property
    def example(self) -> str:
        """A day of the base year."""
        return f"{words.base_year()}-03-01"

    def read(self, written: Any) -> date:
        """The day."""
        if not isinstance(written, str) or not self._ISO.fullmatch(written.strip()):
            shown = describe(written) if not isinstance(written, str) else shorten(written)
            raise refuse(f"{shown} is not a date; write year-month-day, for example {self.example}")
        try:
            return date.fromisoformat(written.strip())
        except ValueError:
            raise refuse(f"{shorten(written)} is not a day of the calendar") from None

    def schema(self) -> JsonSchemaValue:
        """A date in ISO form."""
        return {"type": "string", "format": "date"}


@dataclass(frozen=True)
class OpeningHours(Reader):
    """A list of spans of a day: ``["08:00-12:00", "13:00-17:00"]``."""

    _SPAN: ClassVar[re.Pattern[str]] = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-\u2013]\s*(\d{1,2}):(\d{2})\s*")

    @property
    def example(self) -> str:
        """A list with one span."""
        return '["08:00-20:00"]'

    def read(self, written: Any) -> tuple[tuple[int, int], ...]:
        """(from, to) in minutes of the day, rising."""
        if not isinstance(written, list):
            raise refuse(f"expected a list of spans, found {describe(written)}; for example {self.example}")
        if not written:
            raise refuse(
                "without opening hours this side would be closed all year and no truck would cross; leave "
                "the key out to keep the evidence's hours, or take the crossing out of simulate.road"
            )
        spans = [self._span(text, item) for item, text in enumerate(written)]
        for item, ((_, before), (after, _)) in enumerate(pairwise(spans), start=1):
            if after < before:
                text = written[item]
                raise refuse(
                    f"{shorten(text)} begins before the span in front of it ends; write them in order",
                    item,
                )
        return tuple(spans)

    def _span(self, written: Any, item: int) -> tuple[int, int]:
        match = self._SPAN.fullmatch(written) if isinstance(written, str) else None
        if match is None:
            raise refuse(f"{shorten(written)} is not a span of hours; for example {self.example}", item)
        hour, minute, hour_to, minute_to = (int(part) for part in match.groups())
        first, last = hour * 60 + minute, hour_to * 60 + minute_to
        if minute > 59 or minute_to > 59 or first > MINUTES_PER_DAY or last > MINUTES_PER_DAY:
            raise refuse(f"{shorten(written)} is not a span of hours of one day; the day ends at 24:00", item)
        if last == first:
            raise refuse(f'{shorten(written)} is empty; round the clock is ["00:00-24:00"]', item)
        if last < first:
            raise refuse(
                f"{shorten(written)} ends before it begins; for a night shift write two spans, "
                f'"00:00-{hour_to:02d}:{minute_to:02d}" and "{hour:02d}:{minute:02d}-24:00"',
                item,
            )
        return first, last

    def schema(self) -> JsonSchemaValue:
        """A list of spans."""
        span = {"type": "string", "pattern": r"^\d{1,2}:\d{2}-\d{1,2}:\d{2}$", "examples": ["08:00-20:00"]}
        return {"type": "array", "items": span, "minItems": 1}


@dataclass(frozen=True)
class Name(Reader):
    """One of the names that ``known`` gives; ``what`` is their noun."""

    what: str
    known: Callable[[], tuple[str, ...]]
    plural: str = ""

    @property
    def example(self) -> str:
        """The first name."""
        return self.known()[0]

    def read(self, written: Any) -> str:
        """The name."""
        return self.pick(written)

    def pick(self, written: Any, item: int | None = None) -> str:
        """The name, which may stand in a list at place ``item``."""
        known = self.known()
        if not isinstance(written, str):
            raise refuse(f"expected a {self.what} ({listed(known, 'or')}), found {describe(written)}", item)
        if written in known:
            return written
        other = words.crossing_called(written)
        if other in known:
            raise refuse(f"unknown {self.what} {shorten(written)}, did you mean '{other}'?", item)
        raise refuse(suggest(self.what, written, known, self.plural), item)

    def schema(self) -> JsonSchemaValue:
        """One of the names."""
        return {"type": "string", "enum": list(self.known())}


@dataclass(frozen=True)
class Names(Reader):
    """A list of names, each once; ``fewest`` of them at least."""

    name: Name
    fewest: int = 0

    @property
    def example(self) -> str:
        """A list with one name."""
        return f"[{self.name.example}]"

    def read(self, written: Any) -> tuple[str, ...]:
        """The names in the order of ``known``."""
        if not isinstance(written, list):
            raise refuse(f"expected a list, found {describe(written)}; for example {self.example}")
        names = [self.name.pick(name, item) for item, name in enumerate(written)]
        for item, name in enumerate(names):
            if name in names[:item]:
                raise refuse(f"'{name}' is said twice; keep one", item)
        if len(names) < self.fewest:
            raise refuse(f"the list is empty; for example {self.example}")
        return tuple(name for name in self.name.known() if name in names)

    def schema(self) -> JsonSchemaValue:
        """A list of distinct names."""
        return {
            "type": "array",
            "items": self.name.schema(),
            "uniqueItems": True,
            "minItems": self.fewest,
        }


@dataclass(frozen=True)
class Switch(Reader):
    """On or off."""

    @property
    def example(self) -> str:
        """On."""
        return "on"

    def read(self, written: Any) -> bool:
        """The flag."""
        try:
            return parse_flag(written)
        except UnitError as error:
            raise refuse(str(error)) from None

    def schema(self) -> JsonSchemaValue:
        """On or off, as text or as a flag."""
        return {"enum": ["on", "off", True, False]}


def dimension(kind: str) -> Kind:
    """The kinds of the scenario's own fields."""
    return {
        "day": Kind("time", "day", "14 day"),
        "percent": Kind("share", "%", "110 %", most=1000.0),
        "share": Kind("share", "%", "60 %", most=100.0),
        "trucks": Kind("rate", "trucks/day", "800 trucks/day", whole=True),
        "bn_usd": Kind("money", "bn USD", "35 bn USD"),
        "teu": Kind("rate", "TEU/year", "300000 TEU/year", whole=True),
        "trains": Kind("rate", "trains/day", "10 trains/day"),
    }[kind]
