"""From the joined tree of what was written to a Scenario: checks what hangs together, fills in the unsaid."""

from __future__ import annotations

from datetime import date

from kzsim import evidence
from kzsim.scenario import corridors, demand, disruptions, parameters, trains, words
from kzsim.scenario.document import Node
from kzsim.scenario.inherit import Tree
from kzsim.scenario.model import (
    CrossingSettings,
    Growth,
    Plain,
    RailSettings,
    RoadSettings,
    Scenario,
    Setting,
)
from kzsim.scenario.problems import Problem, listed
from kzsim.scenario.reading import read
from kzsim.scenario.report import Report, dotted
from kzsim.scenario.schema import CrossingFile, ScenarioFile
from kzsim.scenario.units import show

MS_PER_DAY = 86_400_000
DEFAULT_RUN_IN_DAYS = 14.0
DEFAULT_FOLLOW_UP_DAYS = 14.0
DEFAULT_REPLICATIONS = 3
DEFAULT_SEED = 1


def resolve(tree: Tree) -> tuple[Scenario | None, list[Problem]]:
    """The scenario, or None if anything is wrong, and every problem found."""
    report = Report(tree.root, list(tree.problems))
    written = read(report, title_may_lack=not tree.whole)
    if written is None:
        return None, report.problems
    if not tree.whole:
        # What the missing file says about year and period is unknown: what hangs on them is not judged.
        report.broken.add(())
    scenario = _resolve(written, report)
    errors = any(problem.severity == "error" for problem in report.problems)
    return (None if errors else scenario), report.problems


def _resolve(written: ScenarioFile, report: Report) -> Scenario:
    known = evidence.conventions()
    year = written.year if written.year is not None else known.base_year
    first, last = _period(written, year, report)
    run_in, follow_up = _window(written, first, last, report)
    simulated = {mode: _simulated(written, mode) for mode in known.modes}
    if report.sound("simulate", "year"):
        trains.check_planned(simulated["rail"], year, report)
    if report.sound("simulate") and not any(simulated.values()):
        report.add(("simulate",), "names no crossing at all; name at least one under road or rail")
    overrides: dict[str, float | bool | str] = {}
    settings: dict[str, Setting] = {}
    if report.sound("year"):
        overrides, settings = parameters.overrides(written, year, report)
        if report.sound("simulate", "parameters"):
            trains.check_trains(simulated["rail"], year, overrides, report)
    made = corridors.corridors(written, first, last, report)
    episodes = disruptions.episodes(written, year, simulated, report) if report.sound("year") else ()
    _warn_of_idle_settings(written, simulated, report)
    if report.sound("year", "demand", "simulate", "crossings"):
        demand.warn_outside(written, year, simulated, report)
    growth = _growth(written, year, report)
    origins, values = _origins(report.root, year, first, last)
    return Scenario(
        title=written.title,
        description=written.description or "",
        year=year,
        first_day=first,
        last_day=last,
        run_in_ms=round(run_in * MS_PER_DAY),
        follow_up_ms=round(follow_up * MS_PER_DAY),
        replications=written.replications or DEFAULT_REPLICATIONS,
        seed=DEFAULT_SEED if written.seed is None else written.seed,
        road=simulated["road"],
        rail=simulated["rail"],
        demand_factor=1.0 if written.demand is None else written.demand,
        crossings={
            name: _crossing(name, settings, report)
            for name, settings in sorted(written.crossings.items())
            if settings is not None
        },
        overrides=overrides,
        corridors=made,
        uptake=corridors.uptake(written, first, made),
        origins=origins,
        written=values,
        warnings=tuple(
            sorted(
                (problem for problem in report.problems if problem.severity == "warning"),
                key=lambda problem: problem.order,
            )
        ),
        settings=settings,
        episodes=episodes,
        growth=growth,
    )


def _growth(written: ScenarioFile, year: int, report: Report) -> Growth:
    said = written.growth
    if said is None or not report.sound("year"):
        return Growth()
    known = evidence.macro()["trade_turnover_usd_bn"]["kz_statistics"]
    if said.trade_turnover is not None and str(year) not in known:
        years = [one for one in words.years() if str(one) in known]
        report.add(
            ("growth", "trade_turnover"),
            f"the evidence has no turnover of {year} to start from; it has {listed(known)}; "
            f"set 'year: {max(years)}'",
        )
    of_the_route = evidence.entry_for("trade.trans_caspian_teu", year)
    wanted = said.trans_caspian
    if wanted is not None and of_the_route is None:
        report.add(("growth", "trans_caspian"), f"the evidence has no containers of {year} to start from")
    elif wanted is not None and of_the_route is not None and wanted < of_the_route.number:
        less = f"is less than the {of_the_route.number:,.0f} TEU of {year}"
        report.add(("growth", "trans_caspian"), less, "warning")
    return Growth(said.trade_turnover, said.farm_exports, said.trans_caspian)


def _period(written: ScenarioFile, year: int, report: Report) -> tuple[date, date]:
    whole = date(year, 1, 1), date(year, 12, 31)
    period = written.period
    if period is None or not report.sound("year", "period"):
        return whole
    first, last = period.first or whole[0], period.to or whole[1]
    outside = False
    for key, day in (("from", period.first), ("to", period.to)):
        if day is not None and day.year != year:
            outside = True
            if day.year in words.years():
                remedy = f"set 'year: {day.year}', or choose days of {year}"
            else:
                remedy = f"choose days of {year}; the evidence covers {listed(words.years())}"
            message = f"{day} lies outside the year {year}, whose evidence is used; {remedy}"
            report.add(("period", key), message)
    if outside:
        return whole
    if last < first:
        report.add(("period",), f"ends on {last}, before it begins on {first}")
        return whole
    return first, last


def _window(written: ScenarioFile, first: date, last: date, report: Report) -> tuple[float, float]:
    """Run-in and follow-up in days."""
    run_in = DEFAULT_RUN_IN_DAYS if written.run_in is None else written.run_in
    follow_up = DEFAULT_FOLLOW_UP_DAYS if written.follow_up is None else written.follow_up
    if not report.sound("period", "run_in", "follow_up", "year"):
        return run_in, follow_up
    if follow_up == 0:
        report.add(("follow_up",), "trucks have to be followed for some time; for example '14 day'")
    days = (last - first).days + 1
    if run_in + follow_up >= days:
        at = next((key for key in ("run_in", "follow_up", "period") if report.said(key)), "period")
        defaults = [key for key in ("run_in", "follow_up") if not report.said(key)]
        shorter = f"'run_in: {days // 7} day' and 'follow_up: {max(days // 4, 1)} day'"
        if days < 4:
            shorter = "'run_in: 0 day' and 'follow_up: 12 h'"
        unsaid = f" ({listed(defaults)}: default)" if defaults else ""
        report.add(
            (at,),
            f"run_in of {show(run_in, 'day')} and follow_up of {show(follow_up, 'day')}{unsaid} leave "
            f"nothing of the period of {show(days, 'day')} from {first} to {last}; shorten them, for example "
            f"{shorter}, or lengthen the period",
        )
    return run_in, follow_up


def _simulated(written: ScenarioFile, mode: str) -> tuple[str, ...]:
    chosen = getattr(written.simulate, mode, None)
    return words.crossings_by_default(mode) if chosen is None else tuple(sorted(chosen))


def _crossing(name: str, settings: CrossingFile, report: Report) -> CrossingSettings:
    modes = evidence.crossings()[name].every_mode
    for mode in evidence.conventions().modes:
        if mode not in modes and getattr(settings, mode) is not None:
            message = f"there is no {mode} at {name}; {mode} crosses at {listed(words.crossings_with(mode))}"
            report.add(("crossings", name, mode), message, on_key=True)
    road, rail = settings.road, settings.rail
    return CrossingSettings(
        road=RoadSettings()
        if road is None
        else RoadSettings(
            intake_kz_to_cn=road.intake_kz_to_cn,
            intake_factor=1.0 if road.intake_scale is None else road.intake_scale,
            demand_factor=1.0 if road.demand is None else road.demand,
            hours_kz=road.hours_kz,
            hours_cn=road.hours_cn,
        ),
        rail=RailSettings()
        if rail is None
        else RailSettings(
            demand_factor=1.0 if rail.demand is None else rail.demand,
            slots_kz_to_cn=rail.slots_kz_to_cn,
            slots_cn_to_kz=rail.slots_cn_to_kz,
        ),
    )


def _warn_of_idle_settings(
    written: ScenarioFile, simulated: dict[str, tuple[str, ...]], report: Report
) -> None:
    """Settings of a crossing that is not simulated do nothing; inherited ones may well be there."""
    if not report.sound("simulate"):
        return
    for name, settings in written.crossings.items():
        for mode, names in simulated.items():
            if getattr(settings, mode, None) is None or name in names:
                continue
            if mode in evidence.crossings()[name].every_mode and report.own(("crossings", name, mode)):
                message = f"has no effect: {name} is not in simulate.{mode}"
                report.add(("crossings", name, mode), message, "warning", on_key=True)
    anywhere = {name for names in simulated.values() for name in names}
    for name, corridor in written.green_corridors.items():
        if corridor is not None and name not in anywhere and report.own(("green_corridors", name)):
            message = f"has no effect: {name} is not simulated"
            report.add(("green_corridors", name), message, "warning", on_key=True)


def _origins(root: Node, year: int, first: date, last: date) -> tuple[dict[str, str], dict[str, Plain]]:
    """Where each key was set and what stood there; keys that were not said with their default."""
    values: dict[str, Plain] = {
        "year": year,
        "period.from": first.isoformat(),
        "period.to": last.isoformat(),
        "run_in": f"{DEFAULT_RUN_IN_DAYS:g} day",
        "follow_up": f"{DEFAULT_FOLLOW_UP_DAYS:g} day",
        "replications": DEFAULT_REPLICATIONS,
        "seed": DEFAULT_SEED,
        "simulate.road": list(words.crossings_by_default("road")),
        "simulate.rail": list(words.crossings_by_default("rail")),
        "demand": "100 %",
        "green_corridors": words.NO_CORRIDOR,
        "disruptions.reported": "on" if disruptions.REPORTED_BY_DEFAULT else "off",
    }
    origins = dict.fromkeys(values, "default")
    for key, node in _said(root, ()):
        if key.startswith("green_corridors."):
            values.pop("green_corridors", None)
            origins.pop("green_corridors", None)
        values[key] = node.plain()
        origins[key] = node.place.origin
    return origins, values


def _said(node: Node, path: tuple[str, ...]) -> list[tuple[str, Node]]:
    if isinstance(node.value, dict):
        return [found for key, below in node.value.items() for found in _said(below, (*path, key))]
    return [] if node.value is None else [(dotted(path), node)]
