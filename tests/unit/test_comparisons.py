"""Comparisons: who can be compared, what a corridor is taken apart into, what the words say."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kzsim
from kzsim.experiments.comparisons import (
    ComparisonError,
    choose_for,
    compare,
    execute_comparison,
    plan_comparison,
    trust,
)
from kzsim.experiments.comparisons.cells import in_words
from kzsim.experiments.comparisons.effects import Parts, additivity_table, measure_table
from kzsim.experiments.comparisons.kept import OF_COMPARISON
from kzsim.experiments.comparisons.measures import (
    ALL,
    ALL_BUT,
    ALONE,
    SIDE,
    Variant,
    changed_measures,
    meaning,
    variants,
)
from kzsim.experiments.comparisons.said import bounds, clause, signed_bounds
from kzsim.experiments.comparisons.side_by_side import SideBySide
from kzsim.experiments.kept import keeping
from kzsim.experiments.models import counterfactual_of
from kzsim.experiments.sweeps import LockedError
from kzsim.indicators.catalogue import INDICATORS
from kzsim.indicators.compared import COMPARISON_TABLES, columns_markdown
from kzsim.indicators.intervals import Estimate
from kzsim.scenario import Scenario, load
from kzsim.scenario.model import Corridor, Scope

PLAIN_TABLES = ("differences", "winners", "gains", "accounts", "verdicts", "pairs")
TEXT = """\
title: Bakhty for six days
period: {from: 2023-03-01, to: 2023-03-06}
run_in: 1 day
follow_up: 1 day
replications: 3
simulate: {road: [bakhty], rail: []}
green_corridors: {bakhty: %s}
"""


@pytest.fixture(scope="module")
def green(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path = tmp_path_factory.mktemp("scenarios") / "green.yaml"
    path.write_text(TEXT % "standard", encoding="utf-8")
    return load(path)


@pytest.fixture(scope="module")
def bare(green: Scenario) -> Scenario:
    return counterfactual_of(green)


def state(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    corridor = scenario.corridors.get("bakhty", Corridor())
    return {name: tuple(sorted(scope.sides)) for name, scope in corridor.measures.items()}


def test_a_bundle_is_taken_apart_into_each_measure_all_but_each_and_sides(
    green: Scenario, bare: Scenario
) -> None:
    parts = variants(bare, green, "green")
    every = state(green)
    assert changed_measures(bare, green) == tuple(every)
    for part in parts:
        found = state(part.scenario)
        if part.kind == ALL:
            assert found == every
        elif part.kind == ALONE:
            assert found == {part.what: every[part.what]}
        elif part.kind == ALL_BUT:
            assert found == {name: sides for name, sides in every.items() if name != part.what}
        else:
            assert part.kind == SIDE
            assert found == dict.fromkeys(every, (part.what,))


def test_only_what_differs_from_a_base_with_a_corridor_is_taken_apart(green: Scenario) -> None:
    own = dict(green.corridors["bakhty"].measures)
    taken = next(iter(own))
    kept = {name: scope for name, scope in own.items() if name != taken}
    base = replace(green, corridors={"bakhty": replace(green.corridors["bakhty"], measures=kept)})
    parts = {(part.kind, part.what): part.scenario for part in variants(base, green, "green")}
    assert {what for kind, what in parts if kind == ALONE} == {taken}
    assert meaning(parts[ALL_BUT, taken]) == meaning(base)
    assert meaning(parts[ALONE, taken]) == meaning(parts[ALL, ""]) == meaning(green)
    assert state(parts[SIDE, "kz"])[taken] == ("kz",)


def test_a_measure_that_moves_to_the_other_direction_cannot_be_split_by_side(green: Scenario) -> None:
    name, scope = next(iter(green.corridors["bakhty"].measures.items()))

    def only(direction: str) -> Scenario:
        measures = {name: Scope((direction,), scope.sides)}
        return replace(green, corridors={"bakhty": Corridor(measures)})

    with pytest.raises(ComparisonError, match="cannot split"):
        variants(only("kz_to_cn"), only("cn_to_kz"), "other")


def test_parts_that_mean_the_same_are_run_once(green: Scenario) -> None:
    measures = dict(list(green.corridors["bakhty"].measures.items())[:1])
    one = replace(green, corridors={"bakhty": Corridor(measures)})
    plan = plan_comparison(counterfactual_of(green), [one], by_measure=True)
    kinds = [part.kind for part in plan.parts]
    world = dict(zip(kinds, plan.world_of, strict=True))
    assert world[ALL] == world[ALONE] == 1
    assert world[ALL_BUT] == 0
    assert len(plan.worlds) <= 4


def test_a_parameter_that_moves_arrivals_is_refused_though_no_key_of_demand_differs(bare: Scenario) -> None:
    trains = replace(bare, road=(), rail=("dostyk",))
    late = replace(trains, overrides={"rail.dostyk.both.interarrival.cv": 0.9})
    with pytest.raises(ComparisonError, match=r"differ in the arrivals of rail\.dostyk"):
        plan_comparison(trains, [late], names=("bare", "late"))


def test_a_parameter_that_describes_the_border_is_compared_with_a_warning(bare: Scenario) -> None:
    slow = replace(bare, overrides={"road.all.kz_to_cn.kz.documents.time_loaded": 60})
    (warning,) = plan_comparison(bare, [slow], names=("bare", "slow")).warnings
    assert "slow differs from bare also in parameters.road.all.kz_to_cn.kz.documents.time_loaded" in warning
    assert "60 instead of the evidence's value" in warning


def test_same_names_are_told_apart_and_the_digest_does_not_depend_on_how_many_jobs(
    green: Scenario, bare: Scenario
) -> None:
    plan = plan_comparison(bare, [green, bare], names=("a/x.yaml", "b/x.yaml", "b/x.yaml"))
    assert plan.names == ("a/x.yaml", "b/x.yaml", "b/x.yaml (2)")
    assert any("means the same as a/x.yaml" in text for text in plan.warnings)
    assert plan.digest == plan_comparison(bare, [green, bare], names=plan.names).digest
    assert plan.digest != plan_comparison(bare, [green, bare], names=plan.names, seed=5).digest


def test_a_policy_without_effect_changes_nothing_for_anybody(bare: Scenario) -> None:
    """Leaving the queue out of turn, in the direction that has no such queue."""
    idle = Corridor({"equeue_out_of_turn": Scope(("cn_to_kz",), ("cn", "kz"))})
    twin = replace(bare, corridors={"bakhty": idle}, title="twin")
    found = compare(bare, twin, names=("bare", "twin"), replications=2)
    assert (found.differences["difference"] == 0).all()
    # of so few loads of grain from China some came in one replication alone, of which there is no interval
    once = found.differences["low"].isna()
    assert set(found.differences.loc[once, "class"]) <= {"grain_and_oilseed"}
    ends = found.differences.loc[~once, ["low", "high", "simultaneous_low", "simultaneous_high"]]
    assert (ends == 0).all(axis=None)
    times = found.differences[~once & found.differences["indicator"].isin(["crossing_time", "delay"])]
    assert set(times["verdict"]) == set(times["verdict_together"]) == {"no change"}
    assert (found.winners["unchanged"] == 1).all()
    assert (found.accounts["difference"] == 0).all()
    assert found.verdicts["text"].str.startswith("no change for").all()
    assert found.outcomes["bare"] == found.outcomes["twin"]


def test_the_order_of_alternatives_and_the_number_of_jobs_change_no_number(
    bare: Scenario, green: Scenario
) -> None:
    light = replace(
        green,
        title="light",
        corridors={"bakhty": Corridor(dict(list(green.corridors["bakhty"].measures.items())[:2]))},
    )
    one = compare(bare, [green, light], names=("bare", "green", "light"))
    other = compare(bare, [light, green], names=("bare", "light", "green"), jobs=3, engine="kernel")
    for spec in COMPARISON_TABLES:
        mine, theirs = getattr(one, spec.name), getattr(other, spec.name)
        if mine is None:
            continue
        assert list(mine.columns) == list(spec.names)
        for name in ("green", "light"):
            pd.testing.assert_frame_equal(
                mine[mine["alternative"] == name].reset_index(drop=True),
                theirs[theirs["alternative"] == name].reset_index(drop=True),
                check_exact=True,
            )


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupted_comparison_goes_on_and_gives_the_same_tables(
    bare: Scenario, green: Scenario, tmp_path: Path, jobs: int
) -> None:
    plan = plan_comparison(bare, [green], replications=4, by_measure=True)
    choice = choose_for(plan)

    def stop(done: int, _: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute_comparison(plan, choice, jobs=jobs, progress=stop, kept=tmp_path)
    told: list[int] = []
    went_on = execute_comparison(
        plan, choice, jobs=jobs, progress=lambda done, _: told.append(done), kept=tmp_path
    )
    with keeping(tmp_path, plan.digest, plan.model_version, 4, OF_COMPARISON) as kept:
        assert kept.count == 4
        there = [one.seconds for one in kept]
    assert went_on.timing["replication_s"] == math.fsum(there) / 4  # the first two were not made again
    whole = execute_comparison(plan, choice)
    assert told == [1, 2, 3, 4]
    assert went_on.outcomes == whole.outcomes
    for name in (*PLAIN_TABLES, "measures", "additivity"):
        pd.testing.assert_frame_equal(getattr(went_on, name), getattr(whole, name), check_exact=True)


def test_a_second_process_at_the_same_comparison_is_told_so(
    bare: Scenario, green: Scenario, tmp_path: Path
) -> None:
    plan = plan_comparison(bare, [green], replications=1)
    with (
        keeping(tmp_path, plan.digest, plan.model_version, 1, OF_COMPARISON),
        pytest.raises(LockedError, match="this comparison is being run already by process"),
    ):
        execute_comparison(plan, choose_for(plan), kept=tmp_path)


def test_engines_agree_on_every_table(bare: Scenario, green: Scenario) -> None:
    one, other = (
        compare(bare, green, replications=2, engine=engine, by_measure=engine == "kernel")
        for engine in ("kernel", "reference")
    )
    pd.testing.assert_frame_equal(one.differences, other.differences, check_exact=True)
    pd.testing.assert_frame_equal(one.winners, other.winners, check_exact=True)
    pd.testing.assert_frame_equal(one.accounts, other.accounts, check_exact=True)


def test_the_accounts_of_a_cell_sum_to_the_difference_of_its_stays(bare: Scenario, green: Scenario) -> None:
    plan = plan_comparison(bare, [green], names=("bare", "green"))
    worlds = SideBySide(plan, "kernel", compiled=False)
    found = compare(bare, green, names=("bare", "green"))
    runs = [worlds.run(number).summaries for number in range(3)]
    layout = plan.models[1].layout
    column = [indicator.name for indicator in INDICATORS].index("stay")
    cell = next(i for i, c in enumerate(layout.cells) if c.klass == "all" and c.corridor == "all")
    stays = []
    for run in runs:
        before, after = (summary.values for summary in run)  # noqa: PD011 - a summary's field, no data frame
        stays.append(after[cell, column] - before[cell, column])
    told = found.accounts.set_index(["direction", "class", "corridor"]).loc[
        (layout.cells[cell].direction, "all", "all")
    ]
    assert told["difference"].sum() == pytest.approx(np.mean(stays), abs=1e-9)


def test_the_precision_asked_for_stops_at_the_same_replication_for_any_jobs(
    bare: Scenario, green: Scenario
) -> None:
    found = [compare(bare, green, precision=0.5, replications=60, jobs=jobs) for jobs in (1, 3)]
    assert found[0].reached is True
    assert 15 <= found[0].n_replications == found[1].n_replications < 60
    pd.testing.assert_frame_equal(found[0].differences, found[1].differences, check_exact=True)


def test_who_uses_a_corridor_in_either_world_is_a_user_of_both(bare: Scenario, green: Scenario) -> None:
    """Taking a corridor away is told of the same trucks as setting one up, with the other sign."""
    there = compare(bare, green).differences
    back = compare(green, bare).differences
    key = ["direction", "class", "corridor", "indicator"]
    gain = there[there["indicator"] == "crossing_time"].set_index(key)["difference"]
    loss = back[back["indicator"] == "crossing_time"].set_index(key)["difference"]
    assert "user" in set(gain.index.get_level_values("corridor"))
    assert (gain == -loss.loc[gain.index]).all()


def test_verdicts_are_spoken_of_farm_goods_the_rest_users_and_non_users(green: Scenario) -> None:
    layout = plan_comparison(counterfactual_of(green), [green]).models[1].layout
    spoken = {(layout.cells[i].klass, layout.cells[i].corridor) for i in in_words(layout)}
    crossing = {("agricultural", "all"), ("rest", "all"), ("all", "user"), ("all", "eligible_nonuser")}
    at_home = {(f"at_home_{klass}", "all") for klass in ("agricultural", "rest")}
    at_home |= {("at_home", role) for role in ("user", "eligible_nonuser")}
    assert spoken == crossing | at_home | {("in_yard", "all")}


@pytest.mark.parametrize(
    ("verdict", "found", "text"),
    [
        ("gains", Estimate(-3.1, -3.4, -2.8, 10), "trucks gain 3.1 h [2.8, 3.4]"),
        ("loses", Estimate(0.4, 0.3, 0.5, 10), "trucks lose 0.40 h [0.30, 0.50]"),
        ("no change", Estimate(0.0, -0.01, 0.01, 10), "no change for trucks (within ± 5 min)"),
        (
            "undecided",
            Estimate(0.1, -0.2, 0.4, 10),
            "no detectable change for trucks (+0.10 h [−0.20, +0.40])",
        ),
        (
            "undecided",
            Estimate(-0.1, -0.15, -0.05, 10),
            "trucks: a gain too small or too uncertain to be told from ± 5 min (−0.10 h [−0.15, −0.05])",
        ),
        (
            "undecided",
            Estimate(-3, math.nan, math.nan, 1),
            "undecided for trucks: one replication has no interval",
        ),
        ("undecided", Estimate(math.nan, math.nan, math.nan, 0), "no trucks"),
    ],
)
def test_words_say_what_the_interval_bears(verdict: str, found: Estimate, text: str) -> None:
    assert clause("trucks", verdict, found) == text


def test_figures_have_the_decimals_that_their_size_asks_for() -> None:
    assert bounds(123.4, 100.2, 146.6) == "123 h [100, 147]"
    assert bounds(0.126, 0.1, 0.152) == "0.13 h [0.10, 0.15]"
    assert signed_bounds(Estimate(0.001, -0.02, 0.02, 5)) == "0.00 h [−0.02, +0.02]"


def test_differences_that_are_the_same_in_every_replication_are_no_matter_of_luck(bare: Scenario) -> None:
    result = compare(bare, [bare], names=("none", "same"), replications=3)
    lucky = trust.by_luck(result.differences)
    assert lucky == 0
    said = trust.together(result.comparisons, lucky, 3, simultaneous=False)
    assert said.startswith(f"None of these {result.comparisons} verdicts rests on luck")
    assert "leave out" not in said
    assert "Of the 4 that differ between replications, about 0.2 leave" in trust.together(
        8, 4, 3, simultaneous=False
    )
    assert "Of so many, about 0.4 leave" in trust.together(8, 8, 3, simultaneous=False)


def test_a_world_called_none_is_not_taken_for_no_world() -> None:
    assert trust.where(["none"], 2) == "In 'none'"
    assert trust.where(["none", "light"], 3) == "In 'none' and 'light', at its worst"
    assert trust.where(["none", "light"], 2) == "In all worlds, at its worst"


def test_one_replication_has_no_verdict(bare: Scenario, green: Scenario) -> None:
    found = compare(bare, green, replications=1)
    assert set(found.verdicts["verdict"]) == {"undecided"}
    assert "One replication has no interval" in found.judgements[0]


def test_the_page_describes_every_column_of_every_file_as_it_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "compare.md").read_text(encoding="utf-8")
    assert page.endswith(columns_markdown()), "renew it: python -m kzsim.indicators.compared"


def test_the_notebook_has_it() -> None:
    assert kzsim.compare is compare
    assert "compare" in dir(kzsim)


def test_shipped_scenarios_can_be_compared() -> None:
    folder = Path(__file__).parents[2] / "scenarios"
    names = ("green_none.yaml", "baseline_2023.yaml", "green_all.yaml")
    plan = plan_comparison(
        *(lambda first, *rest: (first, rest))(*(load(folder / n) for n in names)), names=names
    )
    assert plan.names == ("green_none", "baseline_2023", "green_all")
    assert plan.warnings == ()
    assert all(plan.same_roles)


@pytest.mark.parametrize(
    ("whole", "first", "second", "finding"),
    [
        (-3.0, -1.0, -1.0, "better than the sum"),
        (-1.5, -1.0, -1.0, "worse than the sum"),
        (1.5, 1.0, 1.0, "better than the sum"),
        (2.02, 1.0, 1.0, "the sum"),
    ],
)
def test_what_does_not_add_up_is_told_by_hand_made_effects(
    green: Scenario, bare: Scenario, whole: float, first: float, second: float, finding: str
) -> None:
    """Shorter times are better, whether the parts gain or lose; a common swing of replications cancels."""
    layout = plan_comparison(bare, [green]).models[1].layout
    parts = [Variant(ALL, "", green), Variant(ALONE, "one", green), Variant(ALONE, "two", green)]
    parts += [Variant(ALL_BUT, "one", green), Variant(SIDE, "kz", green), Variant(SIDE, "cn", green)]
    seen = Parts(layout, parts)
    for swing in (0.0, 0.7, -0.4, 0.2):
        base = np.full(len(layout.cells), 20.0 + swing)
        seen.add(base, [base + effect for effect in (whole, first, second, second, first, second)])
    told = additivity_table(seen, (0,)).set_index("what")
    assert list(told["finding"]) == [finding, finding]
    assert told.loc["measures", "rest"] == pytest.approx(whole - first - second)
    measures = measure_table(seen, (0,)).set_index(["kind", "what"])["difference"]
    assert measures["alone", "one"] == pytest.approx(first)
    assert measures["last", "one"] == pytest.approx(whole - second)
