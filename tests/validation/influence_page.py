"""The tables of the page about which parameters matter most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kzsim.experiments.sweeps.unknowns import LeftOut
from tests.validation.page import figure, table

if TYPE_CHECKING:
    from tests.validation.influence import Influence, Seen

MODES = {"road": "trucks", "rail": "loaded trains"}
TOP, TOP_FIVE, OF_EACH = 10, 5, 3


def text(found: Sequence[Influence], base: Seen, left_out: Sequence[LeftOut]) -> str:
    """All of it, in Markdown."""
    parts = [
        _strongest(found, base),
        *(_of_mode(found, base, mode) for mode in MODES),
        _by_crossing(found, base),
    ]
    failed = [
        f"`{one.unknown.name}` at its {end} end ({one.mode}): {why}"
        for one in found
        for end, why in one.failed.items()
    ]
    if failed:
        parts.append(
            "No figures, because the model stopped or the value is refused: " + "; ".join(failed) + "."
        )
    if left_out:
        parts.append("Not varied: " + "; ".join(f"`{one.name}` {one.reason}" for one in left_out) + ".")
    return "\n\n".join(part for part in parts if part)


def ranked(
    found: Sequence[Influence], base: Seen, measure: str, mode: str, crossing: str = ""
) -> list[Influence]:
    """Those of a mode that move a figure, the widest swing first."""
    moving = [one for one in found if one.mode == mode and one.swing(measure, base, crossing) > 0]
    return sorted(moving, key=lambda one: (-one.swing(measure, base, crossing), one.unknown.name))


def relative(one: Influence, base: Seen) -> float:
    """Swing of the mean crossing time as a share of the mean of its mode."""
    return one.swing("time", base) / base.mean("time", one.mode)


def _strongest(found: Sequence[Influence], base: Seen) -> str:
    moving = [one for mode in MODES for one in ranked(found, base, "time", mode)]
    first = sorted(moving, key=lambda one: (-relative(one, base), one.unknown.name))[:TOP_FIVE]
    rows = (
        (
            str(number),
            f"`{one.unknown.name}`",
            _range(one),
            one.unknown.grade,
            one.mode,
            _three(one, base, "time"),
            f"{100 * relative(one, base):.0f} %",
        )
        for number, one in enumerate(first, start=1)
    )
    header = ("", "parameter", "low, value, high", "grade", "mode", "mean crossing time, h", "swing")
    said = "The five that matter most, by the swing of their mode's mean crossing time over all crossings:"
    return f"{said}\n\n{table(header, rows, frozenset({0, 6}))}"


def _of_mode(found: Sequence[Influence], base: Seen, mode: str) -> str:
    first = ranked(found, base, "time", mode)[:TOP]
    if not first:
        return ""
    rows = (
        (
            f"`{one.unknown.name}`",
            _range(one),
            one.unknown.grade,
            _three(one, base, "time"),
            *([_three(one, base, "home")] if mode == "road" else []),
            _three(one, base, "throughput"),
            _three(one, base, "gain"),
        )
        for one in first
    )
    home = ["waiting at home, h"] if mode == "road" else []
    header = (
        "parameter",
        "low, value, high",
        "grade",
        "crossing time, h",
        *home,
        f"{MODES[mode]} a day",
        "gain, h",
    )
    return f"By {mode}, all crossings together, figures at low, value and high:\n\n{table(header, rows)}"


def _by_crossing(found: Sequence[Influence], base: Seen) -> str:
    rows = []
    for mode in MODES:
        crossings = sorted({flow[0] for one in base.replications for flow in one if flow[1] == mode})
        for crossing in crossings:
            first = ranked(found, base, "time", mode, crossing)[:OF_EACH]
            told = (f"`{one.unknown.name}` {figure(one.swing('time', base, crossing))} h" for one in first)
            mean = figure(base.mean("time", mode, crossing))
            rows.append((crossing, mode, mean, "<br>".join(told)))
    header = ("crossing", "mode", "mean crossing time, h", "widest swing of it")
    return f"By crossing:\n\n{table(header, rows, frozenset({2}))}"


def _range(one: Influence) -> str:
    unknown = one.unknown
    values = ", ".join(f"{value:.4g}" for value in (unknown.low, unknown.value, unknown.high))
    return f"{values} {unknown.unit}".strip()


def _three(one: Influence, base: Seen, measure: str) -> str:
    values = (one.at("low", measure), base.mean(measure, one.mode), one.at("high", measure))
    return ", ".join(_told(values))


def _told(values: Sequence[float]) -> Iterator[str]:
    return (figure(value) if value == value else "–" for value in values)
