"""What `kzsim run` says of precision on request and of what is not known: options, checks, screen."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from kzsim.cli import words
from kzsim.cli.failures import ExitCode, Stop
from kzsim.cli.table import Column, Table, fill

if TYPE_CHECKING:
    from kzsim.experiments import RunResult
    from kzsim.experiments.enough import Enough
    from kzsim.experiments.uncertainty.of_run import Asked

MOST_NAMED = 5
"""Parameters that are named for a flow on the screen; the file has all."""
MOST_SUGGESTED = 9_000
"""More replications than this are not suggested; a run has at most 10,000."""


@contextmanager
def method_mistakes(option: str = "") -> Iterator[None]:
    """Turn settings that a method refuses into the end of the command, before anything is run."""
    from kzsim.experiments.methods.inputs import MethodError

    try:
        yield
    except MethodError as error:
        lead = f"{option}: " if option else ""
        raise Stop(
            ExitCode.INVALID, f"kzsim: {lead}{error}", status="invalid", remedy="Nothing was run or written."
        ) from error


def enough_of(
    precision: float | None, replications: int | None, indicators: tuple[str, ...]
) -> Enough | None:
    """Return the precision that was asked for; None if none was."""
    if precision is None:
        if indicators:
            raise click.UsageError("--indicator says what --precision is asked of; give --precision too")
        return None
    with method_mistakes("--precision"):
        from kzsim.experiments.enough import CAP, DECLARED, Enough

        return Enough(precision, replications or CAP, tuple(indicators) or DECLARED)


_PLACE = (Column("Crossing"), Column("Direction"))
_INTERVALS = (
    Column("Mean", number=True, said="mean"),
    Column("Precision of\nthe estimate", number=True, said="precision of the estimate"),
    Column("What a shipper\nmeets P10-P95", number=True, said="what a shipper meets, P10 to P95"),
    Column("What is not\nknown P5-P95", number=True, said="what is not known about the border, P5 to P95"),
    Column("of it\nluck", number=True, said="of it luck"),
)
_HEADINGS = {
    "crossing_time": "mean crossing time in hours",
    "throughput_per_day": "throughput per day",
}


def lines(result: RunResult, width: int) -> Iterator[str]:
    """Yield the three intervals of a run side by side and what decides the third; nothing without them."""
    from kzsim.experiments.uncertainty.of_run import INFLUENCES, UNCERTAINTY

    table = result.extras.get(UNCERTAINTY)
    if table is None:
        return
    prose = min(width, 100)
    yield "Three intervals, never mixed"
    yield from fill(
        "Precision of the estimate: 95 % interval of the mean, which more replications make narrower. What a "
        "shipper meets: between single trucks or trains; only a policy changes it. What is "
        "not known about the "
        f"border: the mean in nine of ten of {int(table['worlds'].max())} worlds within the evidence ranges; "
        "only better evidence makes it narrower; 'luck' is the part of that spread that comes from few "
        "replications a world, and is taken out.",
        prose,
        rest="",
    )
    for indicator, heading in _HEADINGS.items():
        some = table[table["indicator"] == indicator]
        if some.empty:
            continue
        yield ""
        rows: list[tuple[str, ...]] = [(f"{heading[0].upper()}{heading[1:]}",)]
        rows += [_row(row) for row in some.to_dict("records")]
        drawn = Table((*_PLACE, *_INTERVALS), tuple(rows))
        if drawn.least_width() <= width:
            yield from drawn.heading_lines()
            yield from drawn.row_lines(width)
        else:
            yield from drawn.spoken(width, opening=2)
    influences = result.extras.get(INFLUENCES)
    if influences is not None:
        yield ""
        yield from _decided(influences, prose)


def _row(row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    return (
        words.place(row["crossing"], row["mode"]) + (" rail" if row["mode"] == "rail" else ""),
        words.direction(row["direction"]),
        words.figure(row["mean"]),
        between(row["precision_low"], row["precision_high"]),
        _met(row["shipper_p10"], row["shipper_p95"]),
        between(row["unknown_p5"], row["unknown_p95"]),
        words.percent(row["noise_share"]),
    )


def _met(low: float, high: float) -> str:
    """Return '3 to 23', or 'from 3' where so many were not through that there is no upper end."""
    return f"from {words.figure(low)}" if math.isnan(high) and not math.isnan(low) else between(low, high)


def between(low: float, high: float) -> str:
    """Return '11.4 to 12.5', or a dash without an interval."""
    if math.isnan(low) or math.isnan(high):
        return "–"
    return f"{words.figure(low)} to {words.figure(high)}"


def _decided(influences: Any, prose: int) -> Iterator[str]:
    yield from fill(
        "What decides the mean crossing time among what is not known (rank correlation; + "
        "raises it), as far as "
        "chance can be ruled out:",
        prose,
        rest="",
    )
    some = influences[influences["indicator"] == "crossing_time"]
    for (crossing, mode, direction), rows in some.groupby(["crossing", "mode", "direction"], sort=False):
        where = f"{words.place(crossing, mode)} ({mode}, {words.direction(direction)})"
        clear = rows[rows["clear"]].head(MOST_NAMED)
        named = [
            f"{name} ({words.signed(value)})"
            for name, value in zip(clear["parameter"], clear["rank_correlation"], strict=True)
        ]
        if named:
            said = ", ".join(named)
        else:
            said = f"nothing clear by itself among {len(rows)} ranges; more --points tell more"
        yield from fill(f"- {where}: {said}.", prose)


def document(result: RunResult) -> dict[str, Any]:
    """Return what was asked for besides the run as data, each table as a list of rows."""
    from kzsim.experiments.runs import PRECISION
    from kzsim.experiments.uncertainty.of_run import INFLUENCES, UNCERTAINTY

    named = {"precision": PRECISION, "uncertainty": UNCERTAINTY, "influences": INFLUENCES}
    return {
        name: result.extras[file].to_dict("records") for name, file in named.items() if file in result.extras
    }


def announced(asked: Asked, width: int) -> Iterator[str]:
    """Yield what --dry-run says of the worlds."""
    text = (
        f"Worlds        {asked.points} over {len(asked.varied.names)} ranges of the evidence, "
        f"{asked.replications} replications each"
    )
    yield from fill(text, width, rest=" " * 14)


def ending(result: RunResult) -> ExitCode:
    """Return the exit code of a run: 1 if a precision was asked for and not reached."""
    from kzsim.experiments.enough import CODE

    failed = any(judgement.code == CODE and not judgement.ok for judgement in result.judgements)
    return ExitCode.CHECK_FAILED if failed else ExitCode.DONE


def needed(result: RunResult) -> int | None:
    """Return the replications that a precision not reached is estimated to need, if it can be told."""
    from kzsim.experiments.runs import PRECISION

    table = result.extras.get(PRECISION)
    if table is None or table["met"].all():
        return None
    wanted = table.loc[~table["met"], "replications_needed"]
    most = wanted.max()
    return None if wanted.isna().any() or most > MOST_SUGGESTED else math.ceil(1.1 * most)
