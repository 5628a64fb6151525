"""A small world of journeys in legs, worked out by hand: one day is like another.

At Bakhty a farm truck and a general one book at 6:00. The farm truck waits 6 h for the call,
the general one prefers Dostyk and waits 12 h. Out at 12:00 the farm truck takes the one platform for 3 h; the
general one comes at 13:00 and waits 2 h for it. Back, a farm load is there from 8:00 and waits for its truck
until 20:00, and then 6 h for the bar to open; a general truck waits from midnight for its load, which comes
at 4:00 and goes on at once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from kzsim.border.assemble import WITHIN_MS
from kzsim.draws import draw
from kzsim.engines import reference
from kzsim.experiments.result import RunResult
from kzsim.experiments.studies import Study
from kzsim.indicators import tables
from kzsim.indicators.binding import binding
from kzsim.indicators.choices import choice_table
from kzsim.indicators.collect import Collected
from kzsim.indicators.comparison import Pairs, Passage, compare
from kzsim.indicators.corridor_gains import corridor_gain_table
from kzsim.indicators.dictionary import TABLES
from kzsim.indicators.judgements import judge
from kzsim.indicators.layout import ElementInfo, GroupInfo, Layout, make_layout
from kzsim.indicators.summary import Observed, summarise
from kzsim.indicators.worst import worst_table
from kzsim.network import (
    Account,
    Alternative,
    Arrivals,
    Calendar,
    ChoiceStage,
    GateStage,
    Kind,
    Need,
    Network,
    PairingStage,
    Pool,
    Program,
    Route,
    ServiceStage,
    Source,
    Step,
    Tokens,
    Work,
    compile_network,
)
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR, Refill
from tests.networks import fixed

START = datetime(2023, 6, 1, tzinfo=UTC)
DAYS = 10
FOLLOW_UP_MS = 2 * MS_PER_DAY
OUT, BACK = ("bakhty", "road", "kz_to_cn"), ("bakhty", "road", "cn_to_kz")
FARM = {"klass": "perishable", "agricultural": True, "corridor": "user", "load_t": 20.0}
GENERAL = {"klass": "general", "agricultural": False, "corridor": "other", "load_t": 10.0}
SPOILS = {"value_usd": 1000.0, "lost_per_day_warm": 0.1, "lost_per_day_cool": 0.1}
GROUPS = (
    GroupInfo(*OUT, **FARM, leg="home", usual="bakhty"),
    GroupInfo(*OUT, **GENERAL, leg="home", usual="bakhty"),
    GroupInfo(*OUT, **FARM, hour_usd=10.0),
    GroupInfo(*OUT, **GENERAL, hour_usd=10.0),
    GroupInfo(*BACK, **FARM, **SPOILS, hour_usd=10.0),
    GroupInfo(*BACK, **GENERAL, hour_usd=10.0),
    GroupInfo(*OUT, **FARM, leg="yard"),
    GroupInfo(*OUT, **GENERAL, leg="yard"),
)


def _refilled(hour: float, days: int = DAYS) -> tuple[Refill, ...]:
    """One place each day at that hour."""
    daily = tuple(Refill(round((24 * day + hour) * MS_PER_HOUR), 1) for day in range(days))
    return (Refill(0, 0), *daily)


def _hours(hours: float) -> Work:
    return fixed(hours * MS_PER_HOUR)


def _daily(name: str, group: int, hour: float, route: str, klass: str, work: dict[str, Work]) -> Source:
    at = tuple(round((24 * day + hour) * MS_PER_HOUR) for day in range(DAYS))
    return Source(name, route, Arrivals("instants", at_ms=at), (Kind("k", 1.0, klass, group, work),))


def _booking(name: str, group: int, cost_a_h: float, cost_b_h: float) -> Source:
    work = {
        "choice.bakhty": _hours(cost_a_h),
        "choice.dostyk": _hours(cost_b_h),
        "equeue.bakhty": Work(),
        "equeue.dostyk": Work(),
    }
    return _daily(name, group, 6, "home", "truck", work)


def network(called_days: int = DAYS, call_hour: float = 12) -> Network:
    """The world; trucks are called on the first days only, all days unless told otherwise."""
    platform = Need("bakhty.platforms", 1, _hours(1).duration)  # type: ignore[arg-type]  # it has a duration
    handled = {"check": replace(_hours(2), needs=(platform,))}
    shut = tuple((24 * day + hour) * MS_PER_HOUR for day in range(DAYS) for hour in (2, 20))
    return Network(
        horizon_ms=DAYS * MS_PER_DAY,
        classes=("truck", "farm truck", "load", "farm load"),
        stages=(
            ChoiceStage(
                "bakhty.choice",
                (Alternative("bakhty", "bakhty.equeue"), Alternative("dostyk", "dostyk.equeue")),
            ),
            GateStage("bakhty.equeue", Calendar.always(1), _refilled(call_hour, called_days)),
            GateStage("dostyk.equeue", Calendar.always(1), _refilled(18, called_days)),
            ServiceStage("bakhty.check", Account.HANDLING, (Pool("bays", Calendar.always(2)),)),
            PairingStage(
                "bakhty.pairing",
                ("load", "farm load"),
                ("truck", "farm truck"),
                {"farm truck": "farm", "farm load": "farm"},
            ),
            GateStage("bakhty.bar", Calendar((0, *shut), (0, *(1, 0) * DAYS))),
            ServiceStage("bakhty.exit", Account.DOCUMENTS, (Pool("officers", Calendar.always(2)),)),
        ),
        zones=(),
        routes=(
            Route(
                "home",
                (
                    Step("choice.bakhty", "bakhty.choice", "bakhty"),
                    Step("choice.dostyk", "bakhty.choice", "dostyk"),
                    Step("equeue.bakhty", "bakhty.equeue", given="choice.bakhty"),
                    Step("equeue.dostyk", "dostyk.equeue", given="choice.dostyk"),
                ),
            ),
            Route("out", (Step("check", "bakhty.check"),)),
            Route(
                "back",
                (Step("yard", "bakhty.pairing"), Step("bar", "bakhty.bar"), Step("exit", "bakhty.exit")),
            ),
            Route("waits", (Step("yard", "bakhty.pairing"),)),
        ),
        sources=(
            _booking("home farm", 0, 0, 5),
            _booking("home general", 1, 5, 0),
            _daily("out farm", 2, 12, "out", "truck", handled),
            _daily("out general", 3, 13, "out", "truck", handled),
            _daily("back farm", 4, 8, "back", "farm load", _leading()),
            _daily("back general", 5, 4, "back", "load", _leading()),
            _daily("waiting farm", 6, 20, "waits", "farm truck", {"yard": Work()}),
            _daily("waiting general", 7, 0, "waits", "truck", {"yard": Work()}),
        ),
        n_groups=len(GROUPS),
        cohort_ms=(MS_PER_DAY, DAYS * MS_PER_DAY - FOLLOW_UP_MS),
        within_ms=WITHIN_MS,
        spans={"kz": ("bakhty.check",), "cn": ("bakhty.pairing", "bakhty.bar", "bakhty.exit")},
        tokens=(Tokens("bakhty.platforms", 1),),
    )


def _leading() -> dict[str, Work]:
    return {"yard": Work(), "bar": Work(), "exit": _hours(1)}


def layout(program: Program, groups: tuple[GroupInfo, ...] = GROUPS) -> Layout:
    """Its cells; the yard and what follows it are of the way back."""
    places = [name.split(".") for name in program.element_names]
    elements = [
        ElementInfo(
            crossing,
            "road",
            BACK[2] if stage in ("pairing", "bar", "exit") else OUT[2],
            "cn" if stage in ("pairing", "bar", "exit") else "kz",
            stage,
            at_post=stage != "equeue",
        )
        for crossing, stage in places
    ]
    return make_layout(program, groups, elements, FOLLOW_UP_MS)


def collected(
    replications: int = 2, called_days: int = DAYS, groups: tuple[GroupInfo, ...] = GROUPS
) -> Collected:
    """What was seen of it, the same in every replication: nothing in it is drawn."""
    return _run(network(called_days), replications, groups)[0]


def compared(replications: int = 2) -> tuple[Collected, Collected, list[Pairs]]:
    """The world, the same where trucks are called to Bakhty four hours later, and their pairs."""
    seen, own = _run(network(), replications, GROUPS)
    base, other = _run(network(call_hour=16), replications, GROUPS)
    group = draw(compile_network(network()), seed=1, replication=0).group
    return seen, base, [compare(seen.layout, group, *both) for both in zip(other, own, strict=True)]


def _run(net: Network, replications: int, groups: tuple[GroupInfo, ...]) -> tuple[Collected, list[Passage]]:
    program = compile_network(net)
    seen, passages = Collected(layout(program, groups)), []
    for number in range(replications):
        entities = draw(program, seed=1, replication=number)
        outcome = reference.run(program, entities, passage=True)
        observed = Observed(
            outcome.observers,
            outcome.account_ms,
            outcome.in_line,
            outcome.in_zone,
            outcome.busy_ms,
            outcome.capacity_ms,
        )
        seen.add(summarise(seen.layout, observed))
        times = outcome.exit_ms, outcome.free_flow_ms
        passages.append(Passage(entities.arrival_ms, *times, entities.phase))
    return seen, passages


def result() -> RunResult:
    """All tables of it as a run would store them, with the later calls as the run without corridors."""
    seen, base, pairs = compared()

    def bound(of: Collected) -> pd.DataFrame:
        hours, cohort = of.account_hours, of.cohort_total
        return tables.binding_table(
            binding(of.layout, hours, of.mean_busy_ms, of.mean_capacity_ms, cohort, of.mean_idle_ms)
        )

    return RunResult(
        title="A day like another",
        seed=1,
        n_replications=seen.n,
        start=START,
        horizon_ms=DAYS * MS_PER_DAY,
        run_in_ms=MS_PER_DAY,
        follow_up_ms=FOLLOW_UP_MS,
        indicators=tables.indicator_table(seen),
        replications=tables.replication_table(seen),
        delay_accounts=tables.account_table(seen),
        binding=bound(seen),
        servers=tables.server_table(seen),
        judgements=judge(seen),
        hourly=tables.hourly_table(seen, START),
        comparison=tables.comparison_table(seen.layout, pairs),
        counterfactual_indicators=tables.indicator_table(base),
        counterfactual_replications=tables.replication_table(base),
        counterfactual_delay_accounts=tables.account_table(base),
        counterfactual_binding=bound(base),
        distribution=tables.distribution_table(seen),
        occupancy=tables.occupancy_table(seen),
        worst_days=worst_table(seen, START),
        choices=choice_table(seen),
        corridor_gains=corridor_gain_table(seen, base.layout, pairs),
    )


def study() -> Study:
    """The same as a stored run."""
    made = result()
    found = {
        spec.name: table for spec in TABLES if isinstance(table := getattr(made, spec.name), pd.DataFrame)
    }
    manifest = {
        "title": made.title,
        "kzsim": "0.1.0",
        "digest": "0123456789abcdef",
        "seed": made.seed,
        "replications": made.n_replications,
        "start": made.start.isoformat(),
        "run_in_ms": made.run_in_ms,
        "horizon_ms": made.horizon_ms,
        "follow_up_ms": made.follow_up_ms,
        "files": {spec.file: "" for spec in TABLES if spec.name in found},
    }
    return Study("run", Path("by-hand"), manifest, found)
