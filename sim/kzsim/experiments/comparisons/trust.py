"""How far to trust a comparison, in sentences that are computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kzsim.experiments.comparisons.said import THRESHOLD_MIN
from kzsim.indicators.judgements import Judgement, growing, not_through

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments.methods import Precision
    from kzsim.indicators.collect import Collected


def sentences(
    seen: Mapping[str, Collected],
    differences: pd.DataFrame,
    replications: int,
    reached: Precision | None,
) -> tuple[str, ...]:
    """What to bear in mind: precision, undecided verdicts, lopsided differences, lines that grow."""
    found: list[str] = []
    if reached is not None:
        found.append(reached.words())
    if replications < 2:
        found.append("One replication has no interval, so no verdict is possible: ask for ten or more.")
    else:
        found += _verdicts(differences, replications)
    return (*found, *_worlds(seen))


def _verdicts(differences: pd.DataFrame, replications: int) -> list[str]:
    spoken = differences[differences["in_words"]]
    found = []
    undecided = int((spoken["verdict"] == "undecided").sum())
    if undecided:
        found.append(
            f"{undecided} of {len(spoken)} verdicts are undecided after {replications} replications: that is "
            "a finding about the number of replications and not about the policy."
        )
    skewed = int(spoken["skewed"].sum())
    if skewed:
        found.append(
            f"{skewed} of {len(spoken)} differences vary too lopsidedly between replications for intervals "
            f"from {replications} of them: those intervals hold less often than they say."
        )
    return found


def _worlds(seen: Mapping[str, Collected]) -> list[str]:
    """Each judgement that speaks against a flow once, with the worlds it is true of."""
    worst: dict[tuple[str, str, str, str], tuple[Judgement, list[str]]] = {}
    for name, collected in seen.items():
        for judgement in (*growing(collected), *not_through(collected)):
            if judgement.ok:
                continue
            key = (judgement.code, judgement.crossing, judgement.mode, judgement.direction)
            kept, names = worst.get(key, (judgement, []))
            worst[key] = (judgement if judgement.value > kept.value else kept, [*names, name])
    if not worst:
        text = (
            "In no world is a line still growing at the end, and nearly everybody followed gets through: the "
            "differences do not depend on the length of the run."
        )
        return [text]
    every = len(seen)
    return [f"{where(names, every)}: {judgement.text}" for judgement, names in worst.values()]


def where(names: list[str], every: int) -> str:
    """``In 'none' and 'light', at its worst``."""
    place = "In all worlds" if len(names) == every else f"In {_listed(names)}"
    return place if len(names) == 1 else f"{place}, at its worst"


def _listed(names: list[str]) -> str:
    quoted = [f"'{name}'" for name in names]  # a scenario may be called 'none'
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def by_luck(differences: pd.DataFrame) -> int:
    """How many verdicts rest on luck at all: the others differ by the same in every replication."""
    spoken = differences[differences["in_words"]]
    return int((spoken["low"] < spoken["high"]).sum())


def together(comparisons: int, lucky: int, replications: int, *, simultaneous: bool) -> str:
    """How the verdicts are to be read together; ``lucky`` of them rest on luck."""
    if comparisons < 2 or replications < 2:
        return ""
    if not lucky:
        return (
            f"None of these {comparisons} verdicts rests on luck: each difference is the same in every "
            "replication."
        )
    if simultaneous:
        return (
            f"These {comparisons} verdicts hold together with 95 %: each rests on an interval with "
            f"confidence {100 * (1 - 0.05 / comparisons):.2f} %."
        )
    of = "Of so many," if lucky == comparisons else f"Of the {lucky} that differ between replications,"
    return (
        f"Each of these {comparisons} verdicts rests on a 95 % interval of its own. {of} "
        f"about {0.05 * lucky:.1f} leave out the true value by chance; --simultaneous gives intervals that "
        "hold together."
    )


def rule() -> str:
    """What the words mean."""
    return (
        f"Gain and lose: the whole interval lies beyond {THRESHOLD_MIN} min. No change: it lies wholly "
        f"within ± {THRESHOLD_MIN} min. Anything else is undecided."
    )
