"""Who gains and who loses: the same changes, whatever study they come from, and what to say of them.

Nothing is said that the interval does not bear: *gains* and *loses* only where the study's own verdict, which
holds together with all others, says so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kzsim.brief.content import Grid, Message
from kzsim.brief.rows import records
from kzsim.brief.spoken import change, figure, flow, listed, sentence, size, starting, together, who
from kzsim.indicators.legs import AT_HOME, CROSSING, leg_of

if TYPE_CHECKING:
    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

ROLES = ("user", "eligible_nonuser", "other")
TOLD_FIRST = {"user": 0, "other": 1, "eligible_nonuser": 2}
MOST_NAMED = 3
"""So many changes are named in a message, the largest first."""


@dataclass(frozen=True)
class Change:
    """The mean crossing times in hours of the same trucks or trains in two worlds.

    ``low`` and ``high``: paired 95 % interval of ``mean``, here less base. ``verdict`` (gains, loses, no
    change, undecided) rests on a wider one that holds together with the others. ``faster`` and ``slower``
    are shares.
    """

    alternative: str
    crossing: str
    mode: str
    direction: str
    klass: str
    corridor: str
    base: float
    here: float
    mean: float
    low: float
    high: float
    verdict: str
    n: int
    faster: float = math.nan
    slower: float = math.nan

    @property
    def opens(self) -> bool:
        """Whether the interval holds no change at all."""
        return not self.low <= 0 <= self.high


def of_run(study: Study) -> tuple[Change, ...]:
    """What the corridors of a run changed for their users and for those beside them; () without any."""
    from kzsim.indicators.layout import ALL, HEADLINE

    if not study.has("comparison"):
        return ()
    rows = [row for row in records(study.table("comparison")) if row["indicator"] == "crossing_time"]
    served = {flow_of(row) for row in rows if row["corridor"] == "user"}
    found = []
    for row in rows:
        everybody = (HEADLINE.get(str(row["mode"]), ALL), AT_HOME)
        if row["class"] not in everybody or row["corridor"] not in ROLES:
            continue
        if flow_of(row) not in served:
            continue
        cohort = math.fsum(float(row[name]) for name in ("winners", "losers", "unchanged"))
        found.append(
            _change(
                row,
                "",
                base=row["base"],
                here=row["alternative"],
                verdict=row["verdict"],
                faster=row["winners"] / cohort if cohort else math.nan,
                slower=row["losers"] / cohort if cohort else math.nan,
            )
        )
    return tuple(found)


def of_comparison(study: Study) -> tuple[Change, ...]:
    """Every difference of a stored comparison that has a verdict, in the order of its tables."""
    winners = {(row["alternative"], *cell_of(row)): row for row in records(study.table("winners"))}
    found = []
    for row in records(study.table("differences")):
        if not row["in_words"] or row["indicator"] != "crossing_time":
            continue
        won = winners.get((row["alternative"], *cell_of(row)), {})
        found.append(
            _change(
                row,
                str(row["alternative"]),
                base=row["base_mean"],
                here=row["alternative_mean"],
                verdict=row["verdict_together"],
                faster=won.get("winners", math.nan),
                slower=won.get("losers", math.nan),
            )
        )
    return tuple(found)


def _change(
    row: Mapping[str, Any], alternative: str, *, base: Any, here: Any, verdict: Any, faster: Any, slower: Any
) -> Change:
    crossing, mode, direction, klass, corridor = cell_of(row)
    return Change(
        alternative,
        crossing,
        mode,
        direction,
        klass,
        corridor,
        base=float(base),
        here=float(here),
        mean=float(row["difference"]),
        low=float(row["low"]),
        high=float(row["high"]),
        verdict=str(verdict),
        n=int(row["n"]),
        faster=float(faster),
        slower=float(slower),
    )


def flow_of(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Crossing, mode and direction of a row."""
    return str(row["crossing"]), str(row["mode"]), str(row["direction"])


def cell_of(row: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """The five columns that name a cell."""
    return (*flow_of(row), str(row["class"]), str(row["corridor"]))


def spoken_of(changes: Sequence[Change]) -> list[Change]:
    """Those of whom a headline speaks: the corridor users, else everybody, at the crossing itself."""
    crossing = _of_crossing(changes)
    return [one for one in crossing if one.corridor == "user"] or crossing


def _of_crossing(changes: Sequence[Change]) -> list[Change]:
    return [one for one in changes if leg_of(one.klass) == CROSSING]


def mostly_undecided(changes: Sequence[Change]) -> bool:
    """Whether of more than half of those in a headline nothing can be said."""
    seen = spoken_of(changes)
    return 2 * sum(one.verdict == "undecided" for one in seen) > len(seen)


def headline(say: Speaker, policy: str, changes: Sequence[Change]) -> str:
    """The finding in one line: faster, slower, both, no change, or nothing that could be told."""
    users = any(one.corridor == "user" for one in _of_crossing(changes))
    seen = spoken_of(changes)
    them = say("corridor users") if users else say("trucks and trains")
    if not seen:
        return say("{policy}: nobody is affected", policy=policy)
    gains = [one for one in seen if one.verdict == "gains"]
    losses = [one for one in seen if one.verdict == "loses"]
    counts = {
        "policy": policy,
        "who": them,
        "g": say.number(len(gains), 0),
        "l": say.number(len(losses), 0),
        "m": say.number(len(seen), 0),
    }
    if gains and losses:
        return say("{policy}: {who} faster in {g} of {m} cases, slower in {l}", **counts)
    if gains:
        most = max(gains, key=lambda one: -one.mean)
        hours = size(say, most.mean, math.nan, math.nan)
        told = say("{policy}: {who} faster in {g} of {m} cases, by up to {h} h", **counts, h=hours)
        others = [one for one in _of_crossing(changes) if users and one.corridor != "user"]
        slower = sum(one.verdict == "loses" for one in others)
        if not slower:
            return told
        return say(
            "{told}; others slower in {n} of {m}",
            told=told,
            n=say.number(slower, 0),
            m=say.number(len(others), 0),
        )
    if losses:
        most = max(losses, key=lambda one: one.mean)
        hours = size(say, most.mean, math.nan, math.nan)
        return say("{policy}: {who} slower in {l} of {m} cases, by up to {h} h", **counts, h=hours)
    if all(one.verdict == "no change" for one in seen):
        return say("{policy}: no change for {who}, within 5 minutes everywhere", **counts)
    return say("{policy}: no detectable change for {who}", **counts)


def wins(say: Speaker, changes: Sequence[Change]) -> Message:
    """Who is faster, most first, each with its interval."""
    found = sorted((one for one in changes if one.verdict == "gains"), key=lambda one: one.mean)
    if not found:
        return Message("wins", say("Nobody is detectably faster"), tally(say, changes))
    several = are_several(changes)
    told = [
        say(
            "{who}, {where}: {hours} h faster",
            who=_who(say, one),
            where=where_of(say, one, several=several),
            hours=_size(say, one),
        )
        for one in found
    ]
    return Message(
        "wins",
        say("Who wins"),
        together(say, sentence(say, listed(say, told, MOST_NAMED)), tally(say, changes)),
    )


def pays(say: Speaker, changes: Sequence[Change]) -> Message:
    """Who is slower, most first, each with its interval; of nobody, how sure that is."""
    found = sorted((one for one in changes if one.verdict == "loses"), key=lambda one: -one.mean)
    several = are_several(changes)
    if found:
        told = [
            say(
                "{who}, {where}: {hours} h slower",
                who=_who(say, one),
                where=where_of(say, one, several=several),
                hours=_size(say, one),
            )
            for one in found
        ]
        return Message("pays", say("Who pays"), sentence(say, listed(say, told, MOST_NAMED)))
    worst = [one for one in changes if one.verdict == "undecided" and not math.isnan(one.high)]
    if not worst:
        return Message("pays", say("Nobody is slower"), say("No group is slower by more than 5 minutes."))
    most = max(worst, key=lambda one: one.high)
    text = say(
        "No loss can be told from chance. The largest that the intervals leave open: {who}, {where}: "
        "{change} h.",
        who=_who(say, most),
        where=where_of(say, most, several=several),
        change=change(say, most.mean, most.low, most.high),
    )
    return Message("pays", say("Nobody is detectably slower"), text)


def tally(say: Speaker, changes: Sequence[Change]) -> str:
    """How many gain, lose, do not change, and are not decided."""
    count = {
        word: sum(one.verdict == word for one in changes)
        for word in ("gains", "loses", "no change", "undecided")
    }
    values = {
        "m": say.number(len(changes), 0),
        "g": say.number(count["gains"], 0),
        "l": say.number(count["loses"], 0),
        "z": say.number(count["no change"], 0),
        "u": say.number(count["undecided"], 0),
    }
    held = sum(one.verdict == "undecided" and one.low <= 0 <= one.high for one in changes)
    if not held:
        return say(
            "Of {m} groups {g} are faster, {l} slower, {z} unchanged within 5 minutes, {u} undecided.",
            **values,
        )
    return say(
        "Of {m} groups {g} are faster, {l} slower, {z} unchanged within 5 minutes, {u} undecided, of which "
        "{n} with an interval that holds 0 (no detectable change).",
        **values,
        n=say.number(held, 0),
    )


def verdict(say: Speaker, one: Change) -> str:
    """The verdict of one row of a table."""
    match one.verdict:
        case "gains":
            return say("faster")
        case "loses":
            return say("slower")
        case "no change":
            return say("no change")
    if math.isnan(one.low):
        return say("undecided: one replication")
    return say("undecided") if one.opens else say("no detectable change")


def grid(say: Speaker, changes: Sequence[Change], *, against: str) -> Grid:
    """The comparison as a table."""
    several = are_several(changes)
    lead = (say("Alternative"),) if several else ()
    rows = tuple(
        (
            *((one.alternative,) if several else ()),
            _where(say, one),
            starting(_who(say, one)),
            figure(say, one.base),
            figure(say, one.here),
            change(say, one.mean, one.low, one.high),
            say.percent(one.faster) if not math.isnan(one.faster) else "–",
            say.percent(one.slower) if not math.isnan(one.slower) else "–",
            verdict(say, one),
        )
        for one in changes
    )
    return Grid(
        say("Compared with {base}", base=against),
        say(
            "Mean crossing times in hours of the same trucks and trains; change with its paired 95 % "
            "interval; share "
            "of them that is faster or slower by more than 5 minutes. The verdicts hold together with "
            "95 %: each "
            "rests on an interval wider than the one shown."
        ),
        (
            *lead,
            say("Flow"),
            say("Who"),
            say("Before, h"),
            say("After, h"),
            say("Change, h"),
            say("Faster"),
            say("Slower"),
            say("Verdict"),
        ),
        (*((False,) if several else ()), False, False, True, True, True, True, True, False),
        rows,
        "changes",
        first=most_telling(changes),
        file="changes",
    )


def most_telling(changes: Sequence[Change]) -> tuple[int, ...]:
    """Numbers of the changes so that the first few stand for all.

    First the largest flow of each mode in each alternative, users before those beside them; then the second
    largest, and so on.
    """
    size: Counter[tuple[str, ...]] = Counter()
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, one in enumerate(changes):
        size[one.alternative, one.crossing, one.mode, one.direction] += one.n
        groups.setdefault((one.alternative, one.mode, one.klass, one.corridor), []).append(number)
    ranked = []
    for place, own in enumerate(groups.values()):
        flows = [
            (changes[n].alternative, changes[n].crossing, changes[n].mode, changes[n].direction) for n in own
        ]
        ordered = sorted(zip(flows, own, strict=True), key=lambda pair: (-size[pair[0]], pair[1]))
        role = TOLD_FIRST.get(changes[own[0]].corridor, len(TOLD_FIRST))
        ranked += [(rank, role, place, number) for rank, (_, number) in enumerate(ordered)]
    return tuple(number for *_, number in sorted(ranked))


def _size(say: Speaker, one: Change) -> str:
    return size(say, one.mean, one.low, one.high)


def _who(say: Speaker, one: Change) -> str:
    return who(say, one.mode, one.klass, one.corridor)


def are_several(changes: Sequence[Change]) -> bool:
    """Whether the changes are those of more than one alternative, so that a text must name it."""
    return len({one.alternative for one in changes}) > 1


def where_of(say: Speaker, one: Change, *, several: bool) -> str:
    """The flow, and with several alternatives in which of them."""
    if not several:
        return _where(say, one)
    return say("{where}, {alternative}", where=_where(say, one), alternative=one.alternative)


def _where(say: Speaker, one: Change) -> str:
    return flow(say, one.crossing, one.mode, one.direction)
