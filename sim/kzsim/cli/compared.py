"""What a comparison says at its end: differences, winners, accounts, verdicts, what to think of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzsim.cli import screen, words
from kzsim.cli.parts import parts_lines
from kzsim.cli.table import Column, Table, fill

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments.comparisons import Comparison

Row = Mapping[str, Any]
Key = tuple[str, str, str, str, str]

_CELL = ("crossing", "mode", "direction", "class", "corridor")
_WHO = (Column("Who"),)
_LEVELS = (
    Column("Base\nh", number=True, said="base, mean crossing time in hours"),
    Column("Here\nh", number=True, said="here"),
    Column("Change\nh [interval]", number=True, said="change in hours"),
    Column("\n%", number=True, said="change in per cent"),
)
_WINNERS = (
    Column("\nFaster", number=True, said="share faster"),
    Column("\nSlower", number=True, said="share slower"),
    Column("Gain, h\nP5", number=True, said="gain in hours P5"),
    Column("\nP25", number=True, said="P25"),
    Column("\nP50", number=True, said="P50"),
    Column("\nP75", number=True, said="P75"),
    Column("\nP95", number=True, said="P95"),
)
_VERDICT = (Column("Verdict"),)
_CAUSES = (*_WHO, Column("Earned by (h)"), Column("Paid by (h)"))
_LOADS = (
    Column("Crossing"),
    Column("Direction"),
    Column("Per day\nbase", number=True, said="throughput per day in the base"),
    Column("\nchange [interval]", number=True, said="its change"),
    Column("Tonnes/day\nbase", number=True, said="tonnes per day in the base"),
    Column("\nchange [interval]", number=True, said="its change"),
    Column("Not through\nbase", number=True, said="share not through in the base"),
    Column("\nhere", number=True, said="here"),
)
_MOST_ACCOUNTS = 3
"""So many accounts are named in a row, the largest first."""
_SMALLEST_H = 0.005
"""Changes of an account below this show as 0.00 and are left out."""


def lines(result: Comparison, *, width: int, simultaneous: bool) -> Iterator[str]:
    """Yield the summary of a comparison for a screen of `width` characters."""
    from kzsim.experiments.comparisons import trust
    from kzsim.experiments.comparisons.verdict_text import sentences

    prose = min(width, screen.PROSE_WIDTH)
    yield screen.heading(result.title)
    titles = [f"{name}: {title}" for name, title in zip(result.names, result.titles, strict=True)]
    size = f"{words.count(result.n_replications, 'replication')}, seed {result.seed}"
    yield from fill(f"{'; '.join(titles)}. The same trucks and trains in all; {size}.", prose, rest="")
    yield ""
    yield from fill(_reading(result, simultaneous=simultaneous), prose, rest="")
    for alternative in result.alternatives:
        own = _Own(result, alternative, simultaneous=simultaneous)
        yield ""
        yield screen.heading(f"{alternative} against {result.base}")
        if own.any:
            yield from _times(own, width)
            yield ""
        for text in sentences(result.verdicts, alternative, simultaneous=simultaneous):
            yield from fill(text, prose, first="- ")
        if not own.any:
            continue
        yield ""
        yield from _drawn(own.causes(), width, opening=1)
        yield ""
        yield from _drawn(own.loads(), width, opening=2)
    if result.measures is not None:
        yield ""
        yield from parts_lines(result, width, prose, simultaneous=simultaneous)
    yield ""
    yield screen.heading("How far to trust these figures")
    lucky = trust.by_luck(result.differences)
    said = trust.together(result.comparisons, lucky, result.n_replications, simultaneous=simultaneous)
    for text in (trust.rule(), said, *result.judgements):
        if text:
            yield from fill(text, prose, first="- ")


def document(result: Comparison, stored: Path, *, again: bool, simultaneous: bool) -> dict[str, Any]:
    """Return what the summary says as data, unrounded; the folder `results` holds everything else."""
    spoken = result.differences[result.differences["in_words"]]
    keys = {(row["alternative"], *_key(row)) for row in records(spoken)}

    def of_spoken(table: pd.DataFrame) -> list[Row]:
        return [row for row in records(table) if (row["alternative"], *_key(row)) in keys]

    return {
        "status": "stored" if again else "done",
        "base": result.base,
        "alternatives": list(result.alternatives),
        "titles": list(result.titles),
        "results": str(stored),
        "seed": result.seed,
        "replications": result.n_replications,
        "precision": result.precision,
        "precision_reached": result.reached,
        "simultaneous": simultaneous,
        "comparisons": result.comparisons,
        "verdicts": records(result.verdicts),
        "differences": of_spoken(result.differences),
        "winners": of_spoken(result.winners),
        "accounts": of_spoken(result.accounts),
        "measures": None if result.measures is None else records(result.measures),
        "additivity": None if result.additivity is None else records(result.additivity),
        "judgements": list(result.judgements),
        "warnings": list(result.warnings),
        "notes": list(result.notes),
        "timing": dict(result.timing),
    }


def records(table: pd.DataFrame) -> list[Row]:
    """Return the rows of a table as plain mappings."""
    names = [str(name) for name in table.columns]
    return [dict(zip(names, values, strict=True)) for values in table.itertuples(index=False, name=None)]


class _Own:
    """The rows of one alternative."""

    def __init__(self, result: Comparison, alternative: str, *, simultaneous: bool) -> None:
        def own(table: pd.DataFrame) -> list[Row]:
            return records(table[table["alternative"] == alternative])

        self._simultaneous = simultaneous
        self._differences = {(_key(row), row["indicator"]): row for row in own(result.differences)}
        self._winners = {_key(row): row for row in own(result.winners)}
        self._accounts: dict[Key, list[Row]] = {}
        for row in own(result.accounts):
            self._accounts.setdefault(_key(row), []).append(row)
        every = [_key(row) for row in own(result.verdicts)]
        moved = {key[:3] for key in every if self._moved(key)}
        self._spoken = [key for key in every if key[:3] in moved]

    def _moved(self, key: Key) -> bool:
        """Return whether anybody of a cell is faster or slower, or its mean differs at all."""
        won = self._winners[key]
        changed = float(self._differences[key, "crossing_time"]["difference"]) != 0
        return changed or bool(won["winners"] > 0 or won["losers"] > 0)

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return bool(self._spoken)

    def times(self, *, levels: bool = True, winners: bool = True) -> Table:
        """Return the table of crossing times, or one of its two parts."""
        verdict = "verdict_together" if self._simultaneous else "verdict"
        rows = []
        for key in self._spoken:
            row, won = self._differences[key, "crossing_time"], self._winners[key]
            means = (words.figure(row["base_mean"]), words.figure(row["alternative_mean"]))
            first = (*means, self._change(row), words.signed(row["per_cent"])) if levels else ()
            gains = (words.signed(won[f"gain_p{share:02d}"]) for share in (5, 25, 50, 75, 95))
            shares = (words.percent(won["winners"]), words.percent(won["losers"]))
            second = (*shares, *gains) if winners else ()
            rows.append((_called(key), *first, *second, *((str(row[verdict]),) if levels else ())))
        columns = (*_WHO, *(_LEVELS if levels else ()), *(_WINNERS if winners else ()))
        return Table((*columns, *_VERDICT) if levels else columns, self._by_flow(rows))

    def causes(self) -> Table:
        """Return the table of what earned and what paid the changes."""
        rows = []
        for key in self._spoken:
            found = sorted(self._accounts.get(key, ()), key=lambda row: float(row["difference"]))
            earned = [row for row in found if _told(row) and row["difference"] < 0]
            paid = [row for row in reversed(found) if _told(row) and row["difference"] > 0]
            rows.append((_called(key), _accounts(earned), _accounts(paid)))
        return Table(_CAUSES, self._by_flow(rows))

    def _by_flow(self, rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
        """Return the rows of the cells spoken of with a subheading before the first of each flow."""
        made: list[tuple[str, ...]] = []
        flow: tuple[str, str, str] | None = None
        for key, row in zip(self._spoken, rows, strict=True):
            if key[:3] != flow:
                flow = key[:3]
                made.append((f"{place(key[0], key[1])}, {words.direction(key[2])}",))
            made.append(row)
        return tuple(made)

    def loads(self) -> Table:
        """Return the table of throughput, tonnes and who did not get through."""
        from kzsim.indicators.layout import ALL, HEADLINE

        rows = []
        for crossing, mode, direction in dict.fromkeys(key[:3] for key in self._spoken):
            key = (crossing, mode, direction, HEADLINE.get(mode, ALL), ALL)
            cells: list[str] = []
            for indicator in ("throughput_per_day", "tonnes_per_day"):
                row = self._differences.get((key, indicator))
                cells += ["–", "–"] if row is None else [words.figure(row["base_mean"]), self._change(row)]
            late = self._differences.get((key, "share_not_through"))
            cells += (
                ["–", "–"]
                if late is None
                else [words.percent(late["base_mean"]), words.percent(late["alternative_mean"])]
            )
            rows.append((place(crossing, mode), words.direction(direction), *cells))
        return Table(_LOADS, tuple(rows))

    def _change(self, row: Row) -> str:
        """Return a difference with the interval that the verdict rests on."""
        names = ("simultaneous_low", "simultaneous_high") if self._simultaneous else ("low", "high")
        return interval(row["difference"], *(row[name] for name in names))


def interval(mean: float, low: float, high: float) -> str:
    """Return `−3.1 [−3.4, −2.8]`: all three with the decimals that the mean's size asks for."""
    from kzsim.experiments.comparisons.said import decimals, signed

    if not math.isfinite(mean):
        return "–"
    places = decimals(mean)
    if not math.isfinite(low):
        return signed(mean, places)
    return f"{signed(mean, places)} [{signed(low, places)}, {signed(high, places)}]"


def place(crossing: str, mode: str) -> str:
    """Return the crossing as tables name it; its stations on rail."""
    return words.place(crossing, mode) + (" (rail)" if mode == "rail" else "")


def _reading(result: Comparison, *, simultaneous: bool) -> str:
    kind = "intervals that hold together with 95 %" if simultaneous else "95 % intervals"
    return (
        f"Mean crossing times in hours. Change: longer (+) or shorter (−) than in {result.base}, with paired "
        f"{kind}. Faster and slower: share of the same trucks or trains whose time changes by more than "
        "5 min; gain: the hours that 5, 25, 50, 75 and 95 % of them stay below, + is faster. Tables leave "
        "out where nothing changes."
    )


def _key(row: Row) -> Key:
    crossing, mode, direction, klass, corridor = (str(row[name]) for name in _CELL)
    return crossing, mode, direction, klass, corridor


def _called(key: Key) -> str:
    from kzsim.experiments.comparisons.cells import who

    _, mode, _, klass, corridor = key
    return f"  {who(mode, klass, corridor)}"


def _told(row: Row) -> bool:
    """Return whether an account's change can be told from none and would show."""
    low, high = float(row["low"]), float(row["high"])
    seen = abs(float(row["difference"])) >= _SMALLEST_H
    return seen and (math.isnan(low) or low > 0 or high < 0)


def _accounts(rows: Sequence[Row]) -> str:
    named = [
        f"{words.ACCOUNTS.get(str(row['account']), str(row['account']))} {words.signed(row['difference'])}"
        for row in rows[:_MOST_ACCOUNTS]
    ]
    return ", ".join(named) or "–"


def _times(own: _Own, width: int) -> Iterator[str]:
    """Yield the crossing times as one table if it fits, else as two, else as sentences."""
    parts = [own.times(winners=False), own.times(levels=False)]
    if own.times().least_width() <= width or any(table.least_width() > width for table in parts):
        yield from _drawn(own.times(), width, opening=1)
        return
    yield from _drawn(parts[0], width, opening=1)
    yield ""
    yield from _drawn(parts[1], width, opening=1)


def _drawn(table: Table, width: int, *, opening: int) -> Iterator[str]:
    if table.least_width() > width:
        yield from table.spoken(width, opening=opening)
        return
    yield from (screen.heading(line) for line in table.heading_lines())
    yield from table.row_lines(width)
