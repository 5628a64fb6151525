"""Dated episodes as written to those in force: of the evidence, or the scenario's own."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from kzsim import evidence
from kzsim.evidence import Lever
from kzsim.scenario import words
from kzsim.scenario.model import Episode
from kzsim.scenario.problems import listed, nearest, shorten
from kzsim.scenario.report import Path, Report
from kzsim.scenario.schema import EpisodeFile, ScenarioFile
from kzsim.scenario.units import Kind, UnitError, parse_quantity

REPORTED_BY_DEFAULT = True

_PATH: Path = ("disruptions", "episodes")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NEEDED = ("crossings", "mode", "direction", "from", "to", "change", "value")
_MOST_PERCENT = 1000.0
_MOST_DAYS = 365.0


def episodes(
    written: ScenarioFile, year: int, simulated: Mapping[str, tuple[str, ...]], report: Report
) -> tuple[Episode, ...]:
    """The episodes in force on some day of the year at a crossing that is simulated, in order of their start.

    Those of the evidence keep the order of its file, the scenario's own follow by name.
    """
    section = written.disruptions
    said = section.episodes if section is not None else {}
    all_of_them = REPORTED_BY_DEFAULT if section is None or section.reported is None else section.reported
    found = [
        _of_the_evidence(episode, year)
        for episode in evidence.disruptions().episodes
        if _in_force(episode, year, said.get(episode.key), all_of_them=all_of_them)
    ]
    for name, own in sorted(said.items()):
        if name in words.episode_names():
            _check_switch(name, own, year, report)
        elif own is not None:
            made = _own(name, own, year, report)
            if made is not None and own.on:
                found.append(made)
    return tuple(
        each for each in found if _touches(each, year) and set(each.crossings) & {*simulated[each.mode]}
    )


def reported_episodes(year: int) -> tuple[Episode, ...]:
    """Every episode of the evidence on some day of the year, in force or not."""
    known = evidence.disruptions().episodes
    return tuple(_of_the_evidence(each, year) for each in known if _touches(each, year))


def _in_force(episode: evidence.Episode, year: int, switch: EpisodeFile | None, *, all_of_them: bool) -> bool:
    if switch is not None:
        return switch.on
    return all_of_them and year not in episode.contained


def _touches(episode: Episode | evidence.Episode, year: int) -> bool:
    return episode.first <= date(year, 12, 31) and episode.last >= date(year, 1, 1)


def _of_the_evidence(episode: evidence.Episode, year: int) -> Episode:
    change = episode.change
    return Episode(
        key=episode.key,
        crossings=episode.crossings,
        mode=episode.mode,
        direction=episode.direction,
        first=episode.first,
        last=episode.last,
        param=change.param,
        value=change.value,
        counted=year in evidence.conventions().modelled_years,
        what=episode.what,
    )


def _check_switch(name: str, switch: EpisodeFile | None, year: int, report: Report) -> None:
    """What is wrong with an episode of the evidence switched on or off, or does nothing."""
    if switch is None:
        return
    path = (*_PATH, name)
    defined = [key for key in _NEEDED if getattr(switch, "first" if key == "from" else key) is not None]
    if defined or switch.what is not None:
        report.add(
            path,
            "is an episode of the evidence, which can be switched on or off; to say it otherwise, switch "
            "it off and give your own another name",
            on_key=True,
        )
        return
    episode = next(each for each in evidence.disruptions().episodes if each.key == name)
    if not report.own(path):
        return
    if not _touches(episode, year):
        report.add(
            path,
            f"has no effect: it lasted from {episode.first} to {episode.last}, outside the year {year}",
            "warning",
            on_key=True,
        )
    elif year in episode.contained:
        where = episode.contained[year]
        message = f"has no effect: the values of {year} have it already ({where})"
        if switch.on:
            message = f"the values of {year} have its effect already ({where}); on its days it now counts too"
        report.add(path, message, "warning", on_key=True)


def _own(name: str, said: EpisodeFile, year: int, report: Report) -> Episode | None:
    path = (*_PATH, name)
    given = {key: getattr(said, "first" if key == "from" else key) for key in _NEEDED}
    missing = [key for key, value in given.items() if value is None and report.sound(_dotted(path, key))]
    if not _NAME.fullmatch(name):
        report.add(path, f"{shorten(name)} is no name; use small letters, digits and _", on_key=True)
    elif len(missing) == len(_NEEDED):
        near = nearest(name, words.episode_names())
        hint = f"did you mean '{near}'?" if near else f"one of your own needs {listed(_NEEDED)}"
        report.add(path, f"the evidence has no episode {shorten(name)}; {hint}", on_key=True)
        return None
    elif missing:
        report.add(path, f"lacks {listed(missing)}", on_key=True)
    if any(value is None for value in given.values()):
        return None
    first, last = given["from"], given["to"]
    if last < first:
        report.add((*path, "to"), f"ends on {last}, before it begins on {first}")
    elif report.own(path) and (first.year > year or last.year < year):
        outside = f"has no effect: {first} to {last} lies outside the year {year}"
        report.add((*path, "from"), outside, "warning")
    _check_crossings(path, said, report)
    lever = evidence.lever(given["mode"], given["change"])
    if lever is None:
        known = listed(evidence.levers(given["mode"]), "or")
        report.add((*path, "change"), f"by {given['mode']} nothing of this name changes; it may be {known}")
        return None
    if given["direction"] not in lever.directions:
        report.add(
            (*path, "direction"),
            f"{given['change']} is of {listed(lever.directions, 'or')}, not of {given['direction']}",
        )
    value = _value((*path, "value"), given["value"], lever, report)
    if value is None:
        return None
    return Episode(
        key=name,
        crossings=given["crossings"],
        mode=given["mode"],
        direction=given["direction"],
        first=first,
        last=last,
        param=given["change"],
        value=value,
        own=True,
        what=said.what or "",
    )


def _dotted(path: Path, key: str) -> str:
    return ".".join((*map(str, path), key))


def _check_crossings(path: Path, said: EpisodeFile, report: Report) -> None:
    """Refuse a crossing that lacks the mode."""
    there = words.crossings_with(said.mode or "")
    for name in said.crossings or ():
        if name not in there:
            message = f"there is no {said.mode} at {name}; {said.mode} crosses at {listed(there)}"
            report.add((*path, "crossings"), message)


def _value(path: Path, written: Any, lever: Lever, report: Report) -> float | None:
    try:
        value = parse_quantity(written, kind(lever))
    except UnitError as error:
        report.add(path, str(error))
        return None
    return value / 100.0 if lever.unit == evidence.FACTOR else value


def kind(lever: Lever) -> Kind:
    """How the value of an episode is written."""
    if lever.unit == evidence.FACTOR:
        most = 100.0 if lever.kind == "capacity" else _MOST_PERCENT
        return Kind("share", "%", "50 %", most=most)
    if lever.unit == "%":
        return Kind("share", "%", "20 %", most=100.0)
    if lever.unit == "day":
        return Kind("time", "day", "5 day", most=_MOST_DAYS)
    whole = lever.unit != "trains/day"
    return Kind("rate", lever.unit, f"40 {lever.unit}" if whole else f"5 {lever.unit}", whole, most=math.inf)
