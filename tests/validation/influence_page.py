"""The tables of the page about which parameters matter most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kzsim.experiments.sweeps.unknowns import LeftOut
from tests.validation.page import figure, table

if TYPE_CHECKING:
    from tests.validation.influence import Influence

MODES = {"road": "trucks", "rail": "loaded trains"}
TOP, TOP_FIVE, OF_EACH = 10, 5, 3
CARRIED = 0.98
"""Share of the trucks or trains that must get through for a queue not to be called endless."""


def text(found: Sequence[Influence], left_out: Sequence[LeftOut]) -> str:
    """All of it, in Markdown."""
    parts = [
        _strongest(found),
        *(_of_mode(found, mode) for mode in MODES),
        _short_of_overload(found),
        _by_crossing(found),
    ]
    failed = [
        f"`{one.unknown.name}` at its {end} end ({one.mode}): {why}"
        for one in found
        for end, why in one.failed.items()
    ]
    if failed:
        parts.append("No figures where the model stopped or refused the value: " + "; ".join(failed) + ".")
    if left_out:
        parts.append("Not varied: " + "; ".join(f"`{one.name}` {one.reason}" for one in left_out) + ".")
    return "\n\n".join(part for part in parts if part)


def ranked(found: Sequence[Influence], measure: str, mode: str, crossing: str = "") -> list[Influence]:
    """Those of a mode that move a figure, the widest swing first."""
    moving = [one for one in found if one.mode == mode and one.swing(measure, crossing) > 0]
    return sorted(moving, key=lambda one: (-one.swing(measure, crossing), one.unknown.name))


def relative(one: Influence) -> float:
    """Swing of the mean crossing time as a share of the mean of its mode."""
    return one.swing("time") / one.at_value("time")


def strongest(found: Sequence[Influence]) -> list[Influence]:
    """The few that move the mean crossing time of their mode most, in proportion to it."""
    moving = [one for mode in MODES for one in ranked(found, "time", mode)]
    return sorted(moving, key=lambda one: (-relative(one), one.unknown.name))[:TOP_FIVE]


def _strongest(found: Sequence[Influence]) -> str:
    rows = (
        (
            str(number),
            f"`{one.unknown.name}`",
            _range(one),
            one.unknown.grade,
            one.mode,
            _three(one, "time"),
            f"{100 * relative(one):.0f} %",
        )
        for number, one in enumerate(strongest(found), start=1)
    )
    header = ("", "parameter", "low, value, high", "grade", "mode", "mean crossing time, h", "swing")
    said = "The five that matter most, by the swing of the mean crossing time of all that their mode carries:"
    return f"{said}\n\n{table(header, rows, frozenset({0, 6}))}"


def _of_mode(found: Sequence[Influence], mode: str) -> str:
    first = ranked(found, "time", mode)[:TOP]
    if not first:
        return ""
    figures = ("time", *(("home",) if mode == "road" else ()), "throughput", "gain")
    rows = (
        (
            f"`{one.unknown.name}`",
            _range(one),
            one.unknown.grade,
            *(_three(one, measure) for measure in figures),
        )
        for one in first
    )
    names = {
        "time": "crossing time, h",
        "home": "waiting at home, h",
        "throughput": f"{MODES[mode]} a day",
        "gain": "gain of agricultural users, h",
    }
    header = ("parameter", "low, value, high", "grade", *(names[measure] for measure in figures))
    return f"By {mode}, all crossings together, figures at low, value and high:\n\n{table(header, rows)}"


def carried(one: Influence) -> bool:
    """Whether as many get through at both ends of the range as at the evidence's value, or nearly."""
    least = CARRIED * one.at_value("throughput")
    return all(one.at(end, "throughput") >= least for end in ("low", "high"))


def _short_of_overload(found: Sequence[Influence]) -> str:
    within = [one for one in found if carried(one)]
    first = [one for mode in MODES for one in ranked(within, "time", mode)[:TOP_FIVE]]
    if not first:
        return ""
    rows = (
        (f"`{one.unknown.name}`", _range(one), one.unknown.grade, one.mode, _three(one, "time"))
        for one in first
    )
    header = ("parameter", "low, value, high", "grade", "mode", "mean crossing time, h")
    said = (
        "Most of these stand first because at one end a stage cannot carry its trucks or trains and a queue grows "
        f"without end. Of those with which at least {100 * CARRIED:g} % get through at both ends:"
    )
    return f"{said}\n\n{table(header, rows)}"


def _by_crossing(found: Sequence[Influence]) -> str:
    rows = []
    for mode in MODES:
        of_mode = [one for one in found if one.mode == mode]
        flows = {flow for one in of_mode for seen in one.base.replications for flow in seen}
        places = {crossing for crossing, its_mode, _ in flows if its_mode == mode}
        for crossing in sorted(places):
            first = ranked(found, "time", mode, crossing)[:OF_EACH]
            told = (f"`{one.unknown.name}` {_three(one, 'time', crossing)}" for one in first)
            rows.append((crossing, mode, "<br>".join(told)))
    header = ("crossing", "mode", "mean crossing time there, h, at low, value and high")
    return f"By crossing:\n\n{table(header, rows)}"


def _range(one: Influence) -> str:
    unknown = one.unknown
    values = ", ".join(f"{value:.10g}" for value in (unknown.low, unknown.value, unknown.high))
    return f"{values} {unknown.unit}".strip()


def _three(one: Influence, measure: str, crossing: str = "") -> str:
    low, high = (one.at(end, measure, crossing) for end in ("low", "high"))
    return ", ".join(_told((low, one.at_value(measure, crossing), high)))


def _told(values: Sequence[float]) -> Iterator[str]:
    return (figure(value) if value == value else "–" for value in values)
