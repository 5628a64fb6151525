"""The brief of a comparison, led by the verdict over plausible worlds where that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kzsim.brief import assumptions, changes, method, robust
from kzsim.brief.content import Brief, Grid, KeyNumber, Message
from kzsim.brief.errors import BriefError
from kzsim.brief.rows import records
from kzsim.brief.spoken import between, change, figure, listed, sentence, together

if TYPE_CHECKING:
    from kzsim.brief.changes import Change
    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

MOST_NAMED = 3
MOST_IN_HEADLINE = 2


def comparison_brief(study: Study, say: Speaker) -> Brief:
    """The brief of a stored comparison, or of the worlds in which it was made again.

    Raises BriefError for worlds with no comparison of the same scenarios beside them.
    """
    comparison = compared(study)
    worlds = study if study.kind == "plausible" else robust.beside(study)
    about = comparison.manifest
    names = [str(one) for one in about["names"]]
    titles = told_apart([str(one) for one in about["titles"]], names)
    called = dict(zip(names, titles, strict=True))
    found = changes.of_comparison(comparison)
    scenarios = _scenarios(comparison, titles)
    base = next(iter(scenarios.values()))
    weights = {} if worlds is None else robust.weights(worlds)
    used = assumptions.of_all(say, scenarios, weights)
    policies = names[1:]
    return Brief(
        kind="comparison",
        lang=say.lang,
        title=say("{alternatives} against {base}", alternatives=", ".join(titles[1:]), base=titles[0]),
        description="",
        headline=_headline(say, comparison, found, worlds, policies, called),
        lead=say(
            "The same trucks and trains in all; {period}",
            period=method.period_of_settings(say, base["settings"]),
        ),
        numbers=tuple(
            number for name in policies for number in _numbers(say, comparison, name, len(policies) > 1)
        ),
        messages=_messages(say, comparison, found, worlds, policies),
        tables=_grids(say, found, worlds, called[names[0]]),
        assumptions=used,
        decisive=assumptions.decisive(used),
        assumed=assumptions.graded(say, used),
        sources=assumptions.cited(used),
        sure=_sure(say, comparison, found, worlds),
        remarks=method.said_in_files(about, "judgements", "warnings", "notes"),
        provenance=(*method.provenance(say, comparison), *_worlds_provenance(say, worlds)),
        method=method.method(say, comparison),
        figures=("map", "gains", "classes"),
    )


def told_apart(titles: Sequence[str], names: Sequence[str]) -> list[str]:
    """The titles, and behind one that several scenarios have the name of the scenario's file."""
    return [
        f"{title} ({name})" if titles.count(title) > 1 else title
        for title, name in zip(titles, names, strict=True)
    ]


def _scenarios(comparison: Study, titles: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The resolved scenarios by their titles, the base first."""
    from kzsim.experiments.comparisons.files import resolved_name

    found: dict[str, dict[str, Any]] = {}
    for number, title in enumerate(titles):
        called = title if title not in found else f"{title} ({number})"
        found[called] = assumptions.read_resolved(comparison.path / resolved_name(number))
    return found


def compared(study: Study) -> Study:
    """The comparison whose tables and figures a brief shows: the study, or that beside a study over worlds.

    Raises BriefError for worlds with no comparison of the same scenarios beside them.
    """
    return _beside(study) if study.kind == "plausible" else study


def _beside(worlds: Study) -> Study:
    from kzsim.experiments.errors import ResultsError
    from kzsim.experiments.studies import open_study

    for path in sorted(worlds.path.parent.glob("*/manifest.json"), reverse=True):
        try:
            found = open_study(path.parent)
        except ResultsError:
            continue  # damaged: another one may do
        beside = robust.beside(found) if found.kind == "comparison" else None
        if beside is not None and beside.path.name == worlds.path.name:
            return found
    command = str(worlds.manifest.get("command", "")).partition(" --uncertainty")[0]
    raise BriefError(
        f"{worlds.path}: beside these worlds lies no comparison of the same scenarios, which a brief "
        f"begins from.",
        f"Make it with: {command}",
    )


def _headline(
    say: Speaker,
    study: Study,
    found: Sequence[Change],
    worlds: Study | None,
    policies: Sequence[str],
    called: dict[str, str],
) -> str:
    told = []
    for name in policies:
        policy = called[name]
        own = [one for one in found if one.alternative == name]
        told.append(
            ("" if worlds is None else robust.headline(say, policy, worlds, name))
            or (_undecided(say, study, policy, name, own) if changes.mostly_undecided(own) else "")
            or changes.headline(say, policy, own)
        )
    return listed(say, told, MOST_IN_HEADLINE)


def _undecided(say: Speaker, study: Study, policy: str, name: str, own: Sequence[Change]) -> str:
    """What all flows of a mode together tell where most flows by themselves tell nothing; '' for no mode."""
    from kzsim.brief.pooled import pooled_changes

    modes = []
    for mode, _, _, moved in pooled_changes(study, name):
        told = change(say, moved.mean, moved.low, moved.high)
        if mode == "rail":
            modes.append(say("loaded trains together {change} h", change=told))
        else:
            modes.append(say("trucks together {change} h", change=told))
    if not modes:
        return ""
    seen = changes.spoken_of(own)
    undecided = sum(one.verdict == "undecided" for one in seen)
    return say(
        "{policy}: {changes}; too few replications to decide flow by flow ({u} of {m} groups undecided)",
        policy=policy,
        changes=", ".join(modes),
        u=say.number(undecided, 0),
        m=say.number(len(seen), 0),
    )


def _numbers(say: Speaker, study: Study, name: str, several: bool) -> tuple[KeyNumber, ...]:
    """The change of a mode as a whole, replication by replication, each flow weighed by whom it follows."""
    from kzsim.brief.pooled import pooled_changes

    numbers = []
    for mode, base, here, moved in pooled_changes(study, name):
        label = (
            say("Mean crossing time of loaded trains, h")
            if mode == "rail"
            else say("Mean crossing time of trucks, h")
        )
        numbers.append(
            KeyNumber(
                f"{name}: {label}" if several else label,
                figure(say, here.mean),
                between(say, here.low, here.high, like=here.mean) or say("no interval"),
                say(
                    "{change} h against {base} h",
                    change=change(say, moved.mean, moved.low, moved.high),
                    base=figure(say, base.mean),
                ),
            )
        )
    return tuple(numbers)


def _messages(
    say: Speaker, study: Study, found: Sequence[Change], worlds: Study | None, policies: Sequence[str]
) -> tuple[Message, ...]:
    if worlds is None:
        return (changes.wins(say, found), changes.pays(say, found), causes(say, study, found))
    led = [robust.message(say, worlds, name) for name in policies]
    first = led[0]
    if len(led) > 1:
        text = together(
            say,
            *(
                together(say, sentence(say, f"{name}: {one.heading}"), one.text)
                for name, one in zip(policies, led, strict=True)
            ),
        )
        first = Message("robust", say("Over plausible worlds"), text)
    return (first, changes.wins(say, found), changes.pays(say, found))


def causes(say: Speaker, study: Study, found: Sequence[Change]) -> Message:
    """Which kinds of time earned the largest changes, as far as that can be told from chance."""
    accounts: dict[tuple[str, ...], list[dict[str, float | str]]] = {}
    for row in records(study.table("accounts")):
        accounts.setdefault((str(row["alternative"]), *changes.cell_of(row)), []).append(row)
    told = []
    several = changes.are_several(found)
    for one in sorted(found, key=lambda item: -abs(item.mean)):
        rows = accounts.get(
            (one.alternative, one.crossing, one.mode, one.direction, one.klass, one.corridor), []
        )
        clear = [row for row in rows if float(row["low"]) > 0 or float(row["high"]) < 0]
        clear.sort(key=lambda row: -abs(float(row["difference"])))
        if one.verdict not in ("gains", "loses") or not clear:
            continue
        most = clear[0]
        told.append(
            say(
                "{where}: {account} {change} h",
                where=changes.where_of(say, one, several=several),
                account=say.account(str(most["account"])),
                change=change(say, *(float(most[name]) for name in ("difference", "low", "high"))),
            )
        )
    heading = say("What makes the difference")
    if not told:
        return Message(
            "binds", heading, say("No kind of time changes so much that it could be told from chance.")
        )
    return Message("binds", heading, sentence(say, listed(say, list(dict.fromkeys(told)), MOST_NAMED)))


def _grids(say: Speaker, found: Sequence[Change], worlds: Study | None, base: str) -> tuple[Grid, ...]:
    main = changes.grid(say, found, against=base)
    return (main,) if worlds is None else (main, robust.grid(say, worlds))


def _sure(say: Speaker, study: Study, found: Sequence[Change], worlds: Study | None) -> tuple[str, ...]:
    n = int(study.manifest["replications"])
    told = []
    if n < 2:
        told.append(say("One replication: no interval, so no verdict is possible."))
    undecided = sum(one.verdict == "undecided" for one in found)
    if undecided and n > 1:
        told.append(
            say(
                "{u} of {m} verdicts are undecided after {n} replications: that is a finding about the "
                "number of "
                "replications and not about the policy.",
                u=say.number(undecided, 0),
                m=say.number(len(found), 0),
                n=say.number(n, 0),
            )
        )
    told.append(
        say(
            "Faster and slower: the whole interval lies beyond 5 minutes. No change: it lies wholly within. "
            "Anything else is undecided."
        )
    )
    if worlds is None:
        told.append(
            say(
                "The intervals tell the luck of few replications only, and not what is unknown about "
                "the border."
            )
        )
    else:
        told.append(robust.sure(say, worlds))
    return tuple(told)


def _worlds_provenance(say: Speaker, worlds: Study | None) -> tuple[tuple[str, str], ...]:
    if worlds is None:
        return ()
    digest = str(worlds.manifest.get("digest", ""))[: method.SHORT]
    return (
        (say("Plausible worlds"), digest),
        (say("Command of the worlds"), str(worlds.manifest.get("command", ""))),
    )
