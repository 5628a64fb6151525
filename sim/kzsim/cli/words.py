"""Numbers and names as a person reads them: three significant figures, hours, plain words."""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterable
from datetime import date

from kzsim.indicators.spoken import plain

DIRECTIONS = {"kz_to_cn": "KZ to CN", "cn_to_kz": "CN to KZ", "both": "both ways"}
COUNTED = {"road": "trucks", "rail": "trains"}
FIGURES = 3


def figure(value: float | None) -> str:
    """Return a number with three significant figures and no exponent; a dash if there is none.

    Whole digits are never replaced by zeros: 1234.5 is '1,235', not '1,230'.
    """
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    places = FIGURES - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places) if places > 0 else round(value)
    if rounded == 0:
        return "0"
    # 9.996 rounds up to 10.0: one place fewer, or the number would show four figures.
    places = max(0, FIGURES - 1 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:,.{places}f}"


def hours(value: float | None) -> str:
    """Return hours as `figure` does, but for less than 18 s: seconds would take the most places of all."""
    return "<0.01" if value is not None and 0 < value < 0.005 else figure(value)


def like(value: float | None, model: float | None) -> str:
    """Return a number with as many decimals as `figure(model)` shows: a half-width beside its mean."""
    if value is None or not math.isfinite(value):
        return "–"
    return aligned(value, figure(model))


def signed(value: float | None) -> str:
    """Return a difference of hours with its sign, to 0.01 h at most: below that it is no difference."""
    text = figure(value)
    if text in {"–", "0"}:
        return text
    if value is not None and abs(value) < 1:
        text = f"{value:.2f}"
    if float(text.replace(",", "")) == 0:
        return "0.00"
    return f"+{text}" if not text.startswith("-") else "−" + text[1:]


def aligned(value: float, shown: str) -> str:
    """Return a number with as many decimals as another one has on the screen."""
    decimals = len(shown.partition(".")[2])
    return f"{value:,.{decimals}f}"


def percent(share: float | None) -> str:
    """Return a share in 0..1 as whole per cent; '<1 %' rather than a false nought."""
    if share is None or not math.isfinite(share):
        return "–"
    if 0 < share < 0.005:
        return "<1 %"
    return f"{share * 100:.0f} %"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """Return '1 truck', '2 trucks'."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def seconds(value: float) -> str:
    """Return a wall-clock time a person can plan with: '0.8 s', '45 s', '3 min 10 s', '2 h 5 min'."""
    if value < 10:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def direction(name: str) -> str:
    """Return the direction as it stands in tables."""
    return DIRECTIONS.get(name, name.replace("_", " "))


ACCOUNTS = {
    "closed": "closed hours",
    "quota": "quota",
    "tokens": "equipment",
    "blocked": "no place ahead",
    "pairing": "waiting for a partner",
    "queue": "queue",
}
"""Causes of waiting as they stand in tables."""


def crossing(key: str) -> str:
    """Return the key of a crossing as a name: 'nur_zholy' is 'Nur Zholy'."""
    return plain(key).title()


def place(key: str, mode: str) -> str:
    """Return what people call the crossing in that mode: by rail its stations, 'Altynkol - Khorgos'."""
    from kzsim.evidence import crossings

    known = crossings().get(key)
    if mode != "rail" or known is None or known.rail is None:
        return crossing(key)
    return " - ".join(names["en"] for names in known.rail.stations.values())


def mode_heading(mode: str, keys: Iterable[str]) -> str:
    """Return 'Road (trucks)'; on rail with the stations where they are not called like the crossing."""
    if mode != "rail":
        return f"{mode.capitalize()} ({COUNTED.get(mode, 'entities')})"
    pairs = {crossing(key): place(key, mode) for key in dict.fromkeys(keys)}
    named = [f"{name}: stations {pair}" for name, pair in pairs.items() if not pair.startswith(name)]
    return f"Rail ({'; '.join(['loaded trains', *named])})"


def day(value: date) -> str:
    """Return '1 March 2023', the same on every machine."""
    return f"{value.day} {calendar.month_name[value.month]} {value.year}"


def days(milliseconds: int) -> str:
    """Return a whole or broken number of days: '1 day', '2.5 days'."""
    number = milliseconds / 86_400_000
    return f"{number:g} {'day' if number == 1 else 'days'}"
