"""The data dictionary of a comparison: every column of every file that ``kzsim compare`` writes."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from kzsim.indicators.catalogue import NOUN
from kzsim.indicators.shape import (
    ACCOUNT,
    CELL,
    COMPARED_INDICATOR,
    COMPARED_REPLICATIONS,
    N_COHORT,
    PAIRED_DIFFERENCE,
    UNIT,
    Column,
    Table,
    paired_interval,
)

GAIN_QUANTILES = (5, 25, 50, 75, 95)
"""Per cent of the entities whose gain stays below."""

_WHICH = Column("alternative", "text", "", "Which alternative: the name of its scenario file.")
_TESTED = (
    Column("simultaneous_low", "number", "as `unit`", "Lower end of the interval that holds together."),
    Column(
        "simultaneous_high",
        "number",
        "as `unit`",
        "Upper end of the interval that holds together with those of all other verdicts (Bonferroni).",
    ),
    Column(
        "verdict",
        "text",
        "",
        "`gains`, `loses`, `no change` or `undecided`, by the 95 % interval `low` to `high` of this row by "
        "itself. Of times beyond 5 min, or --unchanged-within; of other indicators beyond 0.",
    ),
    Column("verdict_together", "text", "", "The same by the interval that holds together."),
)
_DIFFERENCE = (
    PAIRED_DIFFERENCE,
    *paired_interval("as `unit`"),
    Column("per_cent", "number", "%", "The difference in per cent of the base's mean."),
    Column("per_cent_low", "number", "%", "Lower end of its 95 % interval (Fieller); empty: no interval."),
    Column("per_cent_high", "number", "%", "Upper end of that interval."),
)


def _interval(name: str, unit: str, meaning: str) -> tuple[Column, ...]:
    return (
        Column(name, "number", unit, meaning),
        Column(f"{name}_low", "number", unit, f"Lower end of the 95 % interval of `{name}`."),
        Column(f"{name}_high", "number", unit, f"Upper end of the 95 % interval of `{name}`."),
    )


_DIFFERENCES = (
    _WHICH,
    *CELL,
    COMPARED_INDICATOR,
    UNIT,
    Column("base_mean", "number", "as `unit`", "Mean in the base."),
    Column("alternative_mean", "number", "as `unit`", "Mean in the alternative, same entities."),
    *_DIFFERENCE,
    *_TESTED,
    Column("in_words", "yes/no", "", "Whether this row is one of those that a verdict is spoken of."),
    Column("skewed", "yes/no", "", "Whether the differences are too lopsided for so few replications."),
    N_COHORT,
    COMPARED_REPLICATIONS,
)

_WINNERS = (
    _WHICH,
    *CELL,
    *_interval("winners", "share", "Share of the cohort that is faster by more than the threshold."),
    *_interval("losers", "share", "Share that is slower by more than the threshold."),
    *_interval("unchanged", "share", "Share that is neither."),
    *_interval("gained", "h", "Hours that all winners of a replication gain in sum."),
    *_interval("lost", "h", "Hours that all losers of a replication lose in sum."),
    *_interval("gain_per_winner", "h", "Hours gained per winner (Fieller's interval)."),
    *_interval("loss_per_loser", "h", "Hours lost per loser (Fieller's interval)."),
    *(
        Column(
            f"gain_p{share:02d}",
            "number",
            "h",
            f"Gain that {share} % of the {NOUN} stay below, pooled over the replications; + is faster.",
        )
        for share in GAIN_QUANTILES
    ),
    N_COHORT,
    COMPARED_REPLICATIONS,
)

_GAINS = (
    _WHICH,
    *CELL,
    Column("from_h", "number", "h", "Lower end of the band; empty: none. A gain of + is faster."),
    Column("to_h", "number", "h", "Upper end of the band; empty: none."),
    Column("count", "whole number", NOUN, "How many gain so much, summed over the replications."),
    Column("share", "number", "share", "The same over the cell's cohort."),
)

_ACCOUNTS = (
    _WHICH,
    *CELL,
    *ACCOUNT,
    Column("base_mean", "number", "h", "Hours per entity of the cohort in the base, over the whole stay."),
    Column("alternative_mean", "number", "h", "The same in the alternative."),
    Column("difference", "number", "h", "alternative - base: below 0 this account earned the gain."),
    *paired_interval("h"),
    COMPARED_REPLICATIONS,
)

_VERDICTS = (
    _WHICH,
    *CELL,
    Column("verdict", "text", "", "By the 95 % interval of this difference by itself."),
    Column("text", "text", "", "The same in words."),
    Column("verdict_together", "text", "", "By the interval that holds together with all others."),
    Column("text_together", "text", "", "The same in words."),
)

_PAIRS = (
    _WHICH,
    Column("replication", "whole number", "", "Number of the replication, from 0."),
    *CELL,
    Column("indicator", "text", "", "As in differences.csv."),
    Column("base", "number", "as its unit", "Value in the base in this replication."),
    Column("alternative_value", "number", "as its unit", "Value in the alternative, same entities."),
)

_MEASURES = (
    Column(
        "kind",
        "text",
        "",
        "`all`: everything that the alternative changes; `side`: on one side only; `alone`: one measure; "
        "`all but`: everything but one measure; `last`: what that measure adds to all others.",
    ),
    Column("what", "text", "", "The side (`kz`, `cn`) or the measure."),
    *CELL,
    Column("base_mean", "number", "h", "Mean crossing time in the base; of `last` with all other measures."),
    Column("mean", "number", "h", "Mean crossing time with it."),
    *_DIFFERENCE,
    *_TESTED,
    COMPARED_REPLICATIONS,
)

_ADDITIVITY = (
    Column(
        "what",
        "text",
        "",
        "`measures`: the sum of the effects of each measure alone; `sides`: that of both sides alone.",
    ),
    *CELL,
    Column("whole", "number", "h", "Effect of everything together, alternative - base."),
    Column("parts", "number", "h", "Sum of the effects of the parts, each alone."),
    Column("rest", "number", "h", "whole - parts: what is not additive; below 0 together they do better."),
    *paired_interval("h"),
    Column(
        "finding",
        "text",
        "",
        "`better than the sum` (shorter times), `worse than the sum`, `the sum` (within 5 min, or "
        "--unchanged-within) or `undecided`.",
    ),
    COMPARED_REPLICATIONS,
)

COMPARISON_TABLES: tuple[Table, ...] = (
    Table("differences", "differences.csv", "one indicator of one cell, compared", _DIFFERENCES),
    Table("winners", "winners.csv", "winners and losers of one cell", _WINNERS),
    Table("gains", "gains.csv", "one band of the gains of one cell with a verdict in words", _GAINS),
    Table("accounts", "accounts.csv", "one account of one cell, compared", _ACCOUNTS),
    Table("verdicts", "verdicts.csv", "one verdict in words", _VERDICTS),
    Table("pairs", "pairs.csv", "one indicator of one cell in one replication", _PAIRS),
    Table(
        "measures", "measures.csv", "the effect of one part of a corridor on one cell (by measure)", _MEASURES
    ),
    Table("additivity", "additivity.csv", "whether the parts add up, for one cell (by measure)", _ADDITIVITY),
)


def compared_table(name: str) -> Table:
    """The table of that name; KeyError if there is none."""
    for item in COMPARISON_TABLES:
        if item.name == name:
            return item
    raise KeyError(name)


def columns_markdown() -> str:
    """The part of docs/compare.md that describes every file."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    for spec in COMPARISON_TABLES:
        yield from ("", f"### {spec.file}", "", f"One row: {spec.row}.", "")
        yield from ("| column | type | unit | definition |", "| --- | --- | --- | --- |")
        for column in spec.columns:
            yield f"| `{column.name}` | {column.kind} | {column.unit} | {column.definition} |"


if __name__ == "__main__":
    sys.stdout.write(columns_markdown())
