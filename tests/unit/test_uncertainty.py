"""What varies, points, precision on request, ranking, policies over plausible worlds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from kzsim import experiments
from kzsim.engines.choice import Choice
from kzsim.engines.errors import DeadlockError
from kzsim.experiments.enough import CODE, Enough
from kzsim.experiments.kept import keeping
from kzsim.experiments.kept_replications import OF_RUN
from kzsim.experiments.methods import (
    MethodError,
    Range,
    Selection,
    morris_design,
    morris_effects,
    rank_correlations,
)
from kzsim.experiments.models import make_model
from kzsim.experiments.replications import Replication, Task, replicating
from kzsim.experiments.sweeps.designs import latin_hypercube
from kzsim.experiments.uncertainty import of_run, outputs, plausible, ranked, ranking, sensitivity, spread
from kzsim.experiments.uncertainty.evaluate import Study, evaluate
from kzsim.experiments.uncertainty.keeping import find_study, kept_in, store_study
from kzsim.experiments.uncertainty.varied import acting
from kzsim.experiments.worlds import Together, Worlds
from kzsim.scenario import Base, Change, ScenarioError, load_base
from kzsim.scenario.problems import Place

TINY = """\
title: Bakhty for six days
period: {from: 2023-03-01, to: 2023-03-06}
run_in: 1 day
follow_up: 1 day
replications: 2
simulate: {road: [bakhty], rail: []}
"""
CHOICE = Choice("kernel", True, "")
FEW = ("road.bakhty.kz_to_cn.kz.documents.officers", "demand.*")


@pytest.fixture
def plain(tmp_path: Path) -> Base:
    return written(tmp_path / "plain.yaml", "")


@pytest.fixture
def green(tmp_path: Path) -> Base:
    return written(tmp_path / "green.yaml", "green_corridors: {bakhty: standard}\n")


def written(path: Path, more: str) -> Base:
    path.write_text(TINY + more, encoding="utf-8")
    return load_base(path)


# --- what varies ------------------------------------------------------------------------------------------


def test_only_what_a_scenario_reads_is_varied(plain: Base, green: Base) -> None:
    without, within = acting([plain]), acting([green])
    assert "corridor.compliance" not in without.names
    assert "corridor.compliance" in within.names
    assert not [name for name in within.names if name.startswith("rail.") or "dostyk" in name]
    assert list(within.names) == sorted(within.names)


def test_what_the_scenario_sets_is_known_and_not_varied(tmp_path: Path) -> None:
    name = "road.bakhty.kz_to_cn.kz.documents.officers"
    base = written(tmp_path / "set.yaml", f"parameters: {{{name}: 6 officers}}\n")
    assert name not in acting([base]).names


def test_patterns_choose_and_a_wrong_one_is_refused_with_the_nearest(plain: Base) -> None:
    assert acting([plain], FEW).names == ("demand.road.bakhty", FEW[0])
    with pytest.raises(ScenarioError, match=r"did you mean 'demand\.road\.bakhty'"):
        acting([plain], ["demand.road.bakhti"])


def test_all_scenarios_of_a_point_share_its_values(plain: Base, green: Base) -> None:
    varied = acting([plain, green], FEW)
    one, other = varied.scenarios(0, [0.9, 0.9])
    assert one.overrides[FEW[0]] == other.overrides[FEW[0]] > 2
    assert one.crossings["bakhty"].road.demand_factor == other.crossings["bakhty"].road.demand_factor > 1
    assert other.corridors != one.corridors


# --- figures of a world -----------------------------------------------------------------------------------


def test_means_are_weighted_by_who_is_followed_and_numbers_are_summed() -> None:
    assert outputs.pooled("crossing_time", [1.0, 4.0, np.nan], [30, 10, 0]) == pytest.approx(1.75)
    assert outputs.pooled("throughput_per_day", [1.0, 4.0], [30, 10]) == 5.0
    assert np.isnan(outputs.pooled("delay", [np.nan], [0]))


def test_no_quantile_of_several_flows_is_made_of_theirs(plain: Base) -> None:
    layout = make_model(plain.scenario).layout
    quantiles = [name for name in outputs.COLUMN if "_p" in name and name[-2:].isdigit()]
    assert {"crossing_time_p50", "pairing_p95", "tfi1_kz_p50", "tfi2_cn_p50", "time_cost_p50"} <= {*quantiles}
    for name in quantiles:
        with pytest.raises(MethodError, match="cannot be told"):
            outputs.together(layout, name, "road.*.*")


def test_dollars_a_truck_are_a_mean_and_dollars_a_day_a_sum() -> None:
    assert outputs.pooled("tfi2_kz", [100.0, 300.0], [10, 30]) == 250.0
    assert outputs.pooled("perishables_lost_usd_per_day", [100.0, 300.0], [10, 30]) == 400.0


def test_flows_are_named_and_mistakes_in_them_are_told(plain: Base) -> None:
    layout = make_model(plain.scenario).layout
    assert [cell.direction for cell in outputs.matching(layout, "road.bakhty.kz_to_cn")] == ["kz_to_cn"]
    with pytest.raises(MethodError, match=r"did you mean 'road\.bakhty\.kz_to_cn'"):
        outputs.matching(layout, "road.bakhti.kz_to_cn")
    with pytest.raises(MethodError, match="did you mean 'crossing_time'"):
        outputs.single(layout, ["crosing_time"])
    with pytest.raises(MethodError, match="cannot be told"):
        outputs.together(layout, "crossing_time_p90", "road.*.*")


@pytest.mark.parametrize(
    ("said", "indicator", "value"),
    [
        ("0.25 h", "crossing_time", 0.25),
        ("15 min", "delay", 0.25),
        ("2 %", "share_not_through", 0.02),
        ("2 trucks/day", "throughput_per_day", 2.0),
    ],
)
def test_a_quantity_is_read_in_the_unit_of_its_indicator(said: str, indicator: str, value: float) -> None:
    assert outputs.in_unit(said, indicator) == pytest.approx(value)


@pytest.mark.parametrize(
    ("said", "indicator"), [("0.25", "crossing_time"), ("2 h", "throughput_per_day"), ("2 t", "delay")]
)
def test_a_quantity_without_the_right_unit_is_refused(said: str, indicator: str) -> None:
    with pytest.raises(MethodError):
        outputs.in_unit(said, indicator)


# --- points -----------------------------------------------------------------------------------------------


def study(base: Base, points: int) -> Study:
    varied = acting([base], FEW)
    return Study(varied, latin_hypercube(varied.names, points, 1), 2, 1, "test")


def crossing_times(worlds: Worlds, seen: Together) -> spread.F64:
    layout = worlds.model(0).layout
    return outputs.values_of(outputs.single(layout, ["crossing_time"]), layout, seen.summaries[0])


def test_figures_depend_on_neither_threads_nor_an_interruption(plain: Base, tmp_path: Path) -> None:
    asked = study(plain, 6)
    once = evaluate(asked, crossing_times, CHOICE)
    threads = evaluate(asked, crossing_times, CHOICE, jobs=3)

    def stop(done: int, _: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(asked, crossing_times, CHOICE, jobs=2, progress=stop, kept=tmp_path / "kept")
    started: list[int] = []
    went_on = evaluate(
        asked,
        crossing_times,
        CHOICE,
        progress=lambda done, _: started.append(done),
        kept=tmp_path / "kept",
    )
    assert started[0] == 3
    for other in (threads, went_on):
        np.testing.assert_array_equal(other.figures, once.figures)
    assert once.figures.shape == (6, 2, 2)
    assert len(np.unique(once.figures[:, 0, 0])) == 6


def test_a_point_at_which_the_model_stops_is_left_out_and_told(
    plain: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, real = study(plain, 4), Worlds.run
    left: list[int] = []

    def run(worlds: Worlds, replication: int) -> Together:
        left.append(0)
        if len(left) == 3:
            raise DeadlockError(7, ())
        return real(worlds, replication)

    monkeypatch.setattr(Worlds, "run", run)
    seen = evaluate(asked, crossing_times, CHOICE)
    assert list(seen.failed) == [1]
    assert seen.good.tolist() == [0, 2, 3]
    assert np.isnan(seen.figures[1]).all()
    assert seen.said().startswith("1 of 4 points gave no result and are left out")


def test_the_digest_of_a_study_covers_points_replications_and_what_is_kept(plain: Base) -> None:
    asked = study(plain, 6)
    others = [
        replace(asked, replications=3),
        replace(asked, seed=2),
        replace(asked, what="other"),
        replace(asked, shares=asked.shares / 2),
    ]
    assert len({one.digest for one in (asked, *others)}) == 5


# --- precision on request ---------------------------------------------------------------------------------


def test_a_run_stops_when_it_is_precise_enough_and_says_so(plain: Base) -> None:
    plan = experiments.plan(plain.scenario, enough=Enough(0.5, cap=40))
    result = experiments.execute(plan, CHOICE, jobs=2)
    assert result.n_replications == 15  # ten, and five that confirm it
    first = result.judgements[0]
    assert (first.code, first.ok) == (CODE, True)
    assert "precision" not in [judgement.code for judgement in result.judgements]
    assert result.extras["precision.csv"]["met"].all()
    plain_run = experiments.run(plain.scenario, replications=15)
    assert result.indicators.equals(plain_run.indicators)


def test_at_the_cap_a_run_says_what_is_not_precise_enough(plain: Base) -> None:
    result = experiments.run(plain.scenario, enough=Enough(0.0001, cap=10, indicators=("crossing_time_p90",)))
    assert result.n_replications == 10
    assert not result.judgements[0].ok
    assert "replications needed" in result.judgements[0].text


def test_the_digest_covers_the_precision_asked_for(plain: Base) -> None:
    plans = [
        experiments.plan(plain.scenario, enough=enough, replications=40)
        for enough in (None, Enough(0.5, cap=40), Enough(0.4, cap=40), Enough(0.5, 40, ("delay",)))
    ]
    assert len({plan.digest for plan in plans}) == 4


@pytest.mark.parametrize(
    ("relative", "cap", "name"), [(0.0, 40, "delay"), (0.1, 9, "delay"), (0.1, 40, "dealy")]
)
def test_a_precision_that_makes_no_sense_is_refused(relative: float, cap: int, name: str) -> None:
    with pytest.raises(MethodError):
        Enough(relative, cap, (name,))


def replications(base: Base) -> list[Replication]:
    with replicating(Task(base.scenario, counterfactual=True), 1) as (_, answers):
        return list(answers)


def test_a_replication_survives_as_bytes(green: Base) -> None:
    for done in replications(green):
        again = OF_RUN.from_bytes(done.number, OF_RUN.to_bytes(done))
        assert (again.scenario_hash, again.counterfactual_hash) == (
            done.scenario_hash,
            done.counterfactual_hash,
        )
        for one, other in ((again.scenario, done.scenario), (again.counterfactual, done.counterfactual)):
            assert one is not None
            assert other is not None
            assert one.entities == other.entities
            np.testing.assert_array_equal(one.values, other.values)
            if other.hourly is not None:
                np.testing.assert_array_equal(one.hourly, other.hourly)
                assert one.hourly is not None
                assert one.hourly.dtype == other.hourly.dtype
        assert again.pairs is not None
        assert done.pairs is not None
        np.testing.assert_array_equal(again.pairs.winners, done.pairs.winners)


def test_an_interrupted_run_goes_on_and_gives_the_same(green: Base, tmp_path: Path) -> None:
    plan = experiments.plan(green.scenario, enough=Enough(0.5, cap=40))

    def stop(done: int, _: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        experiments.execute(plan, CHOICE, jobs=2, progress=stop, kept=tmp_path)
    with keeping(tmp_path, plan.digest, plan.model_version, plan.replications, OF_RUN) as kept:
        assert kept.count == 4
    went_on = experiments.execute(plan, CHOICE, kept=tmp_path)
    whole = experiments.execute(plan, CHOICE)
    assert went_on.outcomes == whole.outcomes
    assert went_on.indicators.equals(whole.indicators)
    assert went_on.comparison is not None
    assert went_on.comparison.equals(whole.comparison)
    assert went_on.hourly is not None
    assert went_on.hourly.equals(whole.hourly)


# --- three intervals --------------------------------------------------------------------------------------


def test_the_three_intervals_stand_beside_one_another(green: Base) -> None:
    plan = experiments.plan(green.scenario)
    asked = of_run.ask(green, 40, FEW)
    result = of_run.with_uncertainty(plan, asked, experiments.execute(plan, CHOICE), CHOICE, jobs=2)
    table = result.extras[of_run.UNCERTAINTY]
    assert set(table["indicator"]) == {"crossing_time", "throughput_per_day"}
    times = table[table["indicator"] == "crossing_time"]
    assert (times["precision_low"] < times["precision_high"]).all()
    assert (times["shipper_p10"] < times["shipper_p50"]).all()
    assert (times["unknown_p5"] < times["unknown_p95"]).all()
    assert (table["worlds"] == 40).all()
    assert len(result.extras[of_run.POINT_VALUES]) == 40
    strongest = result.extras[of_run.INFLUENCES].iloc[0]
    assert (strongest["parameter"], strongest["clear"]) == ("demand.road.bakhty", True)
    assert strongest["rank_correlation"] > 0


def test_too_few_worlds_and_nothing_to_vary_are_refused(plain: Base) -> None:
    with pytest.raises(MethodError, match="at least 20 points"):
        of_run.ask(plain, 19)
    with pytest.raises(MethodError, match="nothing to vary"):
        spread.check_points(replace(acting([plain], FEW), unknowns=()), 20)


def test_plain_rank_correlations_are_spearmans_and_find_what_decides() -> None:
    rng = np.random.default_rng(3)
    points = rng.random((40, 6))
    effects = np.exp(3 * points[:, 2]) + 0.1 * rng.random(40)
    found = rank_correlations(points, effects, list("abcdef"))
    assert [one.name for one in found if one.clear] == ["c"]
    for one in found:
        expected = spearmanr(points[:, "abcdef".index(one.name)], effects).statistic
        assert one.correlation.mean == pytest.approx(expected)
    with pytest.raises(MethodError):
        rank_correlations(points[:9], effects[:9], list("abcdef"))


# --- sensitivity ------------------------------------------------------------------------------------------


def test_morris_screening_lives_with_points_that_gave_nothing() -> None:
    ranges = [Range(name, 0.0, 0.5, 1.0, "uniform") for name in "abc"]
    design = morris_design(ranges, 12, seed=1)
    truth = (3 * design.points[:, [0]] - design.points[:, [1]]) @ np.ones((1, 2))
    with_gaps = truth.copy()
    with_gaps[[2, 17]] = np.nan
    with pytest.raises(MethodError):
        morris_effects(design, with_gaps, seed=1)
    found = {one.name: one for one in morris_effects(design, with_gaps, seed=1, gaps=True).effects}
    assert found["a"].size.mean == pytest.approx(3.0)
    assert found["b"].mean == pytest.approx(-1.0)
    assert found["c"].size.mean == pytest.approx(0.0, abs=1e-12)
    assert sum(one.size.n for one in found.values()) < 36


def test_a_sensitivity_study_finds_the_parameter_that_acts(plain: Base) -> None:
    varied = acting([plain], FEW)
    wanted = outputs.single(make_model(plain.scenario).layout, ["crossing_time"], "road.bakhty.kz_to_cn")
    design = sensitivity.design_of(varied, "morris", 4)
    asked = sensitivity.study_of(varied, design, wanted, 2, 1)
    seen = sensitivity.run_study(asked, wanted, CHOICE, jobs=2)
    (found,) = sensitivity.analyse(design, wanted, seen, [varied.about(wanted[0].cells)])
    effects = dict(zip(found.table["parameter"], found.table["mean_effect"], strict=True))
    assert effects[FEW[0]] < 0 < effects["demand.road.bakhty"]
    assert found.table["size"].is_monotonic_decreasing
    assert found.points == 12


def parameters(*rows: tuple[str, float, float, float, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["parameter", "size", "size_low", "size_high", "finding"])


CLEAR, MAYBE = sensitivity.CLEAR, sensitivity.MAYBE


@pytest.mark.parametrize(
    ("rows", "title", "more"),
    [
        ([("a", 5, 4, 6, CLEAR), ("b", 1, 0.5, 2, CLEAR)], "a is the strongest", ""),
        (
            [("a", 5, 2, 6, CLEAR), ("b", 4, 3, 5, MAYBE)],
            "a is the strongest",
            "Its interval overlaps with that of b.",
        ),
        (
            [("a", 5, 2, 6, MAYBE), ("b", 4, 3, 5, CLEAR)],
            "b is the strongest that is clear of luck",
            "a stands above it and may be luck; more replications tell more.",
        ),
        (
            [("a", 5, 2, 6, MAYBE)],
            "Nothing is clear of luck",
            "a looks strongest and may be luck; more replications tell more.",
        ),
        (
            [("a", 5, 2, 6, sensitivity.FEW_TRAJECTORIES)],
            "a looks strongest",
            "Too few trajectories to tell: at least 6 effects of a parameter are needed.",
        ),
        (
            [("a", 5, 2, 6, sensitivity.ONE_REPLICATION)],
            "a looks strongest",
            "One replication cannot tell an effect from luck.",
        ),
        ([("a", 0, 0, 0, MAYBE)], "Nothing moves it", ""),
    ],
)
def test_the_headline_says_what_is_strongest_and_how_sure_that_is(
    rows: list[tuple[str, float, float, float, str]], title: str, more: str
) -> None:
    assert sensitivity.headline(parameters(*rows)) == (title, more)


# --- ranking ----------------------------------------------------------------------------------------------


def race(bases: list[Base], delta: float = 1.0, cap: int = 30) -> ranking.Race:
    scenarios = [base.scenario for base in bases]
    names = [f"n{number}" for number in range(len(bases))]
    return ranking.race_of(names, scenarios, "crossing_time", None, delta=delta, alpha=0.05, cap=cap, seed=1)


def test_the_best_alternative_is_selected_whatever_interrupts(
    plain: Base, green: Base, tmp_path: Path
) -> None:
    asked = race([plain, green])
    once = ranking.run_race(asked, CHOICE)
    assert once.decided
    assert once.selection.selected == 1

    def stop(done: int, _: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ranking.run_race(asked, CHOICE, jobs=2, progress=stop, kept=tmp_path)
    again = ranking.run_race(asked, CHOICE, jobs=3, kept=tmp_path)
    assert again.selection == once.selection
    table = ranked.rank_table(once)
    assert table["state"].tolist() == ["selected", "dropped"]
    assert table["behind_best"].iloc[1] > 0
    assert "first: the smallest crossing time" in ranked.words(once)[0]


def test_a_race_that_the_cap_ends_names_who_is_left(plain: Base, green: Base) -> None:
    ended = ranking.run_race(race([plain, green], delta=0.0001, cap=10), CHOICE)
    assert not ended.decided or ended.selection.selected == 1
    close = replace(race([plain, green], cap=10), scenarios=(plain.scenario, plain.scenario), delta=1e-6)
    assert close.digest != race([plain, green], cap=10).digest


def test_what_cannot_be_ranked_is_refused(plain: Base, green: Base, tmp_path: Path) -> None:
    with pytest.raises(MethodError, match="means the same"):
        race([plain, plain])
    with pytest.raises(MethodError, match="at least two"):
        race([plain])
    longer = written(tmp_path / "longer.yaml", "")
    other = replace(longer.scenario, last_day=longer.scenario.last_day.replace(day=9))
    with pytest.raises(MethodError, match=r"not of the same trucks and trains\. They differ in period"):
        race([plain, replace(longer, scenario=other)])


def test_users_of_a_corridor_are_the_same_trucks_in_every_alternative(plain: Base, green: Base) -> None:
    asked = ranking.race_of(
        ["green", "plain"],
        [green.scenario, plain.scenario],
        "crossing_time",
        "road.*.*.all.user",
        delta=0.1,
        alpha=0.05,
        cap=10,
    )
    end = ranking.run_race(asked, CHOICE)
    own, without = end.observed[:, :10]
    assert (own < without).all()
    pairs = Worlds([green.scenario, plain.scenario], seed=1, models=asked.models).run(0).pairs[0]
    rows = [asked.models[1].layout.cells.index(cell) for cell in asked.output.cells]
    times = [float(pairs.base[row, 0]) for row in rows]
    cohort = [int(pairs.cohort[row]) for row in rows]
    # the pairs leave out who came in one of the two runs alone, or too late to be followed
    assert own[0] == pytest.approx(outputs.pooled("crossing_time", times, cohort), rel=0.05)


def test_users_are_not_ranked_where_other_trucks_comply_in_each(green: Base, tmp_path: Path) -> None:
    other = written(
        tmp_path / "other.yaml", "green_corridors: {bakhty: {bundle: standard, compliance: 20 %}}\n"
    )
    arguments = (["a", "b"], [green.scenario, other.scenario], "crossing_time")
    with pytest.raises(MethodError, match="Write the same compliance in all, or name whole flows"):
        ranking.race_of(*arguments, "road.*.*.all.user", delta=0.1, alpha=0.05, cap=10)
    assert ranking.race_of(*arguments, "road.*.*", delta=0.1, alpha=0.05, cap=10).seed == 1


def test_other_seeds_are_refused_unless_one_is_set_for_all(plain: Base, green: Base) -> None:
    other = replace(green.scenario, seed=2)
    arguments = (["a", "b"], [plain.scenario, other], "crossing_time", None)
    with pytest.raises(MethodError, match="--seed sets one for all"):
        ranking.race_of(*arguments, delta=0.1, alpha=0.05, cap=10)
    assert ranking.race_of(*arguments, delta=0.1, alpha=0.05, cap=10, seed=3).seed == 3


def test_rounds_do_not_hang_on_the_number_of_workers(plain: Base, green: Base) -> None:
    looked: dict[int, list[int]] = {1: [], 3: []}
    for jobs, seen in looked.items():

        def told(n: int, _: Selection, seen: list[int] = seen) -> None:
            seen.append(n)

        ranking.run_race(race([plain, green], delta=0.05, cap=25), CHOICE, jobs=jobs, rounds=told)
    assert looked[1] == looked[3]


def test_what_a_difference_is_worth_must_be_said_where_the_unit_is_no_time() -> None:
    assert outputs.worth_detecting(None, "delay") == 0.25
    assert outputs.worth_detecting("3 min", "delay") == pytest.approx(0.05)
    with pytest.raises(MethodError, match=r"for example --delta '2 trucks/day'"):
        outputs.worth_detecting(None, "throughput_per_day")
    with pytest.raises(MethodError, match=r"for example --delta '1 %'"):
        outputs.worth_detecting(None, "share_not_through")


# --- policies over plausible worlds -----------------------------------------------------------------------


def test_a_policy_is_judged_in_many_worlds_with_the_same_trucks(plain: Base, green: Base) -> None:
    question = plausible.ask(plain, [green], ["green"], points=20, replications=2, patterns=FEW)
    found = plausible.answer(question, CHOICE, jobs=2)
    table = found.tables["plausible_worlds.csv"]
    users = table[(table["corridor"] == "user") & (table["indicator"] == "crossing_time")]
    assert len(users) == 2
    assert (users["difference_p50"] < 0).all()
    assert (table[table["corridor"] == "all"]["worlds"] == 20).all()
    assert any("plausible worlds" in text for text in found.words)
    differences = found.tables["plausible_differences.csv"]
    assert set(differences["point"]) == set(range(20))


def test_a_policy_without_effect_changes_nothing_in_any_world(plain: Base) -> None:
    same = replace(plain, scenario=replace(plain.scenario, title="the same"))
    question = plausible.ask(plain, [same], ["same"], points=20, replications=1, patterns=FEW[:1])
    found = plausible.answer(question, CHOICE)
    assert all(effect.over is None for effect in found.effects)
    assert found.words[0] == "same: no flow's mean crossing time changes in any world."


def test_who_loses_a_corridor_is_told_as_its_user(plain: Base, green: Base) -> None:
    question = plausible.ask(green, [plain], ["none"], points=20, replications=2, patterns=FEW)
    table = plausible.answer(question, CHOICE, jobs=2).tables["plausible_worlds.csv"]
    users = table[(table["corridor"] == "user") & (table["indicator"] == "crossing_time")]
    assert (users["worlds"] == 20).all()
    assert (users["difference_p50"] > 0).all()


def test_compliance_is_unknown_in_both_where_one_has_a_corridor(plain: Base, green: Base) -> None:
    varied = acting([plain, green], ["corridor.compliance"])
    assert varied.names == ("corridor.compliance",)
    one, other = varied.scenarios(0, [0.9])
    assert one.corridors["bakhty"].compliance == other.corridors["bakhty"].compliance
    assert not one.corridors["bakhty"].measures
    with pytest.raises(ScenarioError, match="none of these scenarios has a green corridor"):
        acting([plain, replace(plain, scenario=replace(plain.scenario, title="b"))], ["corridor.compliance"])


def test_an_entry_that_only_one_scenario_leaves_open_may_be_named(plain: Base, tmp_path: Path) -> None:
    name = FEW[0]
    known = written(tmp_path / "known.yaml", f"parameters: {{{name}: 6 officers}}\n")
    assert acting([known, plain], [name]).names == (name,)
    with pytest.raises(ScenarioError, match="that any of these scenarios reads"):
        acting([known, known], [name])


def test_worlds_that_lock_up_are_listed_and_bound_the_share(
    plain: Base, green: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, begun = Worlds.run, [0]

    def run(worlds: Worlds, replication: int) -> Together:
        begun[0] += 1
        if begun[0] in (3, 4):
            raise DeadlockError(7, ())
        return real(worlds, replication)

    monkeypatch.setattr(Worlds, "run", run)
    question = plausible.ask(plain, [green], ["green"], points=22, replications=1, patterns=FEW)
    found = plausible.answer(question, CHOICE)
    left_out = found.tables[plausible.LEFT_OUT]
    assert left_out["point"].tolist() == [2, 3]
    assert "demand.road.bakhty [%]" in left_out
    assert left_out["reason"].str.startswith("deadlock at 7 ms").all()
    users = [one for one in found.effects if one.output.cells[0].corridor == "user" and one.over is not None]
    assert users
    for one in users:
        assert one.over is not None
        helped = round(20 * one.over.helps.mean)
        assert one.bounds == (helped / 22, (helped + 2) / 22)
    assert any("If the 2 worlds without a result are counted, between" in text for text in found.words)
    assert any(plausible.LEFT_OUT in text for text in found.how)


def test_the_threshold_of_help_is_that_which_was_asked_for(plain: Base, green: Base) -> None:
    usual, large = (
        plausible.ask(
            plain, [green], ["g"], points=20, replications=1, patterns=FEW, unchanged_within_h=hours
        )
        for hours in (5 / 60, 100.0)
    )
    assert usual.study.digest != large.study.digest
    table = plausible.answer(large, CHOICE, jobs=2).tables["plausible_worlds.csv"]
    times = table[table["indicator"] == "crossing_time"]
    assert (times["helps"].dropna() == 0).all()
    assert (times["threshold"] == 100.0).all()


# --- storing ----------------------------------------------------------------------------------------------


def test_a_study_is_stored_whole_found_again_and_not_if_it_was_changed(tmp_path: Path) -> None:
    digest = "ab" * 32
    kept_in(tmp_path, digest).mkdir(parents=True)
    stored = store_study(tmp_path, "rank", digest, {"said": 1}, {"a.csv": b"x\n1.5\n"}, command="kzsim")
    assert not kept_in(tmp_path, digest).exists()
    found = find_study(tmp_path, "rank", digest)
    assert found is not None
    assert found.path == stored.path
    assert found.tables["a.csv"]["x"].tolist() == [1.5]
    assert find_study(tmp_path, "rank", "cd" * 32) is None
    assert find_study(tmp_path, "sensitivity", digest) is None
    (stored.path / "a.csv").write_text("x\n2\n", encoding="utf-8")
    assert find_study(tmp_path, "rank", digest) is None


def test_a_change_that_makes_no_scenario_is_told_with_its_values(plain: Base) -> None:
    varied = acting([plain], FEW)
    one = varied.unknowns[1]
    wrong = replace(one, high=1e12, value=1e12 - 1, low=1e12 - 2, whole=False)
    broken = replace(varied, unknowns=(varied.unknowns[0], wrong), of=({one.name: wrong},))
    asked = Study(broken, np.full((2, 2), 0.5), 1, 1, "broken")
    seen = evaluate(asked, crossing_times, CHOICE)
    assert len(seen.failed) == 2
    assert one.name in seen.failed[0]
    assert Change("demand", "90 %", Place("x")).key == "demand"
