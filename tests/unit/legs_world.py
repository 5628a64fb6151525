"""A small world of journeys in legs, worked out by hand: one day is like another.

At crossing ``a`` a farm truck and a general one book at 6:00. The farm truck waits 6 h for the call of ``a``,
the general one prefers ``b`` and waits 12 h. Out at 12:00 the farm truck takes the one platform for 3 h; the
general one comes at 13:00 and waits 2 h for it. Back, a farm load is there from 8:00 and its truck from
20:00, which then waits 6 h for the bar to open; a general truck comes at 3:00 and its load an hour later.
"""

from __future__ import annotations

from dataclasses import replace

from kzsim.border.assemble import WITHIN_MS
from kzsim.draws import draw
from kzsim.engines import reference
from kzsim.indicators.collect import Collected
from kzsim.indicators.layout import ElementInfo, GroupInfo, Layout, make_layout
from kzsim.indicators.summary import Observed, summarise
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

DAYS = 10
FOLLOW_UP_MS = 2 * MS_PER_DAY
OUT, BACK = ("a", "road", "kz_to_cn"), ("a", "road", "cn_to_kz")
FARM = {"klass": "perishable", "agricultural": True, "corridor": "user", "load_t": 20.0}
GENERAL = {"klass": "general", "agricultural": False, "corridor": "other", "load_t": 10.0}
SPOILS = {"value_usd": 1000.0, "lost_per_day_warm": 0.1, "lost_per_day_cool": 0.1}
GROUPS = (
    GroupInfo(*OUT, **FARM, leg="home"),
    GroupInfo(*OUT, **GENERAL, leg="home"),
    GroupInfo(*OUT, **FARM, hour_usd=10.0),
    GroupInfo(*OUT, **GENERAL, hour_usd=10.0),
    GroupInfo(*BACK, **FARM, **SPOILS, hour_usd=10.0),
    GroupInfo(*BACK, **GENERAL, hour_usd=10.0),
    GroupInfo(*BACK, **FARM, **SPOILS, leg="cargo"),
    GroupInfo(*BACK, **GENERAL, leg="cargo"),
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
    work = {"to a": _hours(cost_a_h), "to b": _hours(cost_b_h), "a": Work(), "b": Work()}
    return _daily(name, group, 6, "home", "truck", work)


def network(called_days: int = DAYS) -> Network:
    """The world; trucks are called on the first days only, all days unless told otherwise."""
    platform = Need("a.platforms", 1, _hours(1).duration)  # type: ignore[arg-type]  # it has a duration
    handled = {"check": replace(_hours(2), needs=(platform,))}
    shut = tuple((24 * day + hour) * MS_PER_HOUR for day in range(DAYS) for hour in (2, 20))
    return Network(
        horizon_ms=DAYS * MS_PER_DAY,
        classes=("truck", "farm truck", "load", "farm load"),
        stages=(
            ChoiceStage("a.choice", (Alternative("a", "a.equeue"), Alternative("b", "b.equeue"))),
            GateStage("a.equeue", Calendar.always(1), _refilled(12, called_days)),
            GateStage("b.equeue", Calendar.always(1), _refilled(18, called_days)),
            ServiceStage("a.check", Account.HANDLING, (Pool("bays", Calendar.always(2)),)),
            PairingStage(
                "a.yard",
                ("truck", "farm truck"),
                ("load", "farm load"),
                {"farm truck": "farm", "farm load": "farm"},
            ),
            GateStage("a.bar", Calendar((0, *shut), (0, *(1, 0) * DAYS))),
            ServiceStage("a.exit", Account.DOCUMENTS, (Pool("officers", Calendar.always(2)),)),
        ),
        zones=(),
        routes=(
            Route(
                "home",
                (
                    Step("to a", "a.choice", "a"),
                    Step("to b", "a.choice", "b"),
                    Step("a", "a.equeue", given="to a"),
                    Step("b", "b.equeue", given="to b"),
                ),
            ),
            Route("out", (Step("check", "a.check"),)),
            Route("back", (Step("yard", "a.yard"), Step("bar", "a.bar"), Step("exit", "a.exit"))),
            Route("load", (Step("yard", "a.yard"),)),
        ),
        sources=(
            _booking("home farm", 0, 0, 5),
            _booking("home general", 1, 5, 0),
            _daily("out farm", 2, 12, "out", "truck", handled),
            _daily("out general", 3, 13, "out", "truck", handled),
            _daily("back farm", 4, 20, "back", "farm truck", _leading()),
            _daily("back general", 5, 3, "back", "truck", _leading()),
            _daily("load farm", 6, 8, "load", "farm load", {"yard": Work()}),
            _daily("load general", 7, 4, "load", "load", {"yard": Work()}),
        ),
        n_groups=len(GROUPS),
        cohort_ms=(MS_PER_DAY, DAYS * MS_PER_DAY - FOLLOW_UP_MS),
        within_ms=WITHIN_MS,
        tokens=(Tokens("a.platforms", 1),),
    )


def _leading() -> dict[str, Work]:
    return {"yard": Work(), "bar": Work(), "exit": _hours(1)}


def layout(program: Program, groups: tuple[GroupInfo, ...] = GROUPS) -> Layout:
    """Its cells; the yard and what follows it are of the way back."""
    back = {"a.yard", "a.bar", "a.exit"}
    elements = [
        ElementInfo(
            name[0],
            "road",
            BACK[2] if name in back else OUT[2],
            "cn" if name in back else "kz",
            name[2:],
            at_post=name[2:] != "equeue",
        )
        for name in program.element_names
    ]
    return make_layout(program, groups, elements, FOLLOW_UP_MS)


def collected(
    replications: int = 2, called_days: int = DAYS, groups: tuple[GroupInfo, ...] = GROUPS
) -> Collected:
    """What was seen of it, the same in every replication: nothing in it is drawn."""
    program = compile_network(network(called_days))
    seen = Collected(layout(program, groups))
    for number in range(replications):
        outcome = reference.run(program, draw(program, seed=1, replication=number))
        observed = Observed(
            outcome.observers, outcome.account_ms, outcome.in_line, outcome.in_zone, outcome.busy_ms
        )
        seen.add(summarise(seen.layout, observed))
    return seen
