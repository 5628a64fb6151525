"""How each language writes numbers, shares and dates (after the Unicode CLDR, with a true minus)."""

from __future__ import annotations

import calendar
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime

NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
NONE = "–"
FIGURES = 3

_ENGLISH = tuple(calendar.month_name)[1:]
_RUSSIAN = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_KAZAKH = (
    "қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым",
    "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан",
)  # fmt: skip
_SHORT_ENGLISH = tuple(calendar.month_abbr)[1:]
_SHORT_RUSSIAN = (
    "янв.", "февр.", "март", "апр.", "май", "июнь", "июль", "авг.", "сент.", "окт.", "нояб.", "дек.",
)  # fmt: skip
_SHORT_KAZAKH = (
    "қаң.", "ақп.", "нау.", "сәу.", "мам.", "мау.", "шіл.", "там.", "қыр.", "қаз.", "қар.", "жел.",
)  # fmt: skip
_CHINESE = tuple(str(month) for month in range(1, 13))


@dataclass(frozen=True)
class Form:
    """Decimal and grouping signs, what stands before a per cent sign, months, and the patterns of dates.

    ``months`` are as they stand in a date, ``short_months`` by themselves; ``dated`` is with a year and
    ``on_day`` without. In the patterns, ``~`` is a space that does not break.
    """

    decimal: str
    group: str
    before_percent: str
    months: tuple[str, ...]
    dated: str
    on_day: str
    short_months: tuple[str, ...]

    def number(self, value: float, digits: int) -> str:
        """With so many decimals and groups of three digits; a dash for a value that is not finite."""
        if not math.isfinite(value):
            return NONE
        text = f"{abs(value):,.{digits}f}"
        sign = MINUS if value < 0 and any(mark in "123456789" for mark in text) else ""
        return sign + text.translate({ord(","): self.group, ord("."): self.decimal})

    def signed(self, value: float, digits: int) -> str:
        """The same with a plus before what is above nought."""
        text = self.number(value, digits)
        return f"+{text}" if value > 0 and any(mark in "123456789" for mark in text) else text

    def percent(self, share: float, digits: int) -> str:
        """A share as per cent; one above nought that would round to it is '<' the last place."""
        least = 10.0**-digits
        if 0 < share * 100 < least / 2:
            return f"<{self.percent(least / 100, digits)}"
        text = self.number(share * 100, digits)
        return text if text == NONE else f"{text}{self.before_percent}%"

    def date(self, day: datetime.date) -> str:
        """Day, month in words, and year."""
        return self._dated(self.dated, day)

    def day(self, day: datetime.date) -> str:
        """Day and month in words."""
        return self._dated(self.on_day, day)

    def _dated(self, pattern: str, day: datetime.date) -> str:
        pattern = pattern.replace("~", NO_BREAK)
        return pattern.format(day=day.day, month=self.months[day.month - 1], year=day.year)


def places(value: float) -> int:
    """Decimals that show three significant figures of ``value``; 0 for large numbers and nought."""
    if not math.isfinite(value) or value == 0:
        return 0
    first = max(0, FIGURES - 1 - math.floor(math.log10(abs(value))))
    rounded = round(value, first)
    # 9.996 rounds up to 10.0: one place fewer, or four figures would show.
    return 0 if rounded == 0 else max(0, FIGURES - 1 - math.floor(math.log10(abs(rounded))))


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "en": Form(".", ",", NO_BREAK, _ENGLISH, "{day}~{month} {year}", "{day}~{month}", _SHORT_ENGLISH),
        "ru": Form(
            ",", NO_BREAK, NO_BREAK, _RUSSIAN, "{day}~{month} {year}~г.", "{day}~{month}", _SHORT_RUSSIAN
        ),
        "kk": Form(
            ",", NO_BREAK, NO_BREAK, _KAZAKH, "{year}~ж. {day}~{month}", "{day}~{month}", _SHORT_KAZAKH
        ),
        "zh": Form(
            ".",
            ",",
            "",
            _CHINESE,
            "{year}年{month}月{day}日",
            "{month}月{day}日",
            tuple(f"{month}月" for month in _CHINESE),
        ),
    }
)
"""By language. English follows the project's '62 %', with a space that does not break."""
