"""What ``--trace`` writes: a row for each truck and train, whole or not at all."""

from __future__ import annotations

import threading
from collections import namedtuple
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from kzsim.draws import draw
from kzsim.engines import choice, kernel, reference
from kzsim.engines.choice import Choice
from kzsim.experiments import disk, entities_file, ledger, models, replications, reproduce, runs
from kzsim.experiments.entities_table import all_steps, entities_in_table, entities_schema, route_steps
from kzsim.experiments.errors import ResultsError
from kzsim.experiments.models import Model
from kzsim.experiments.runs import Plan
from kzsim.indicators.entity_columns import ENTITIES, OF_ENTITY, OF_STEP, PHASES, entity_table, step_name
from kzsim.network import compile_network
from kzsim.network.entities import NOT_YET, Entities
from kzsim.network.model import Account
from tests.unit import legs_world
from tests.unit.test_experiments_runs import scenario

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ACCOUNTS = [f"account_{account.name.lower()}_ms" for account in Account]
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(scope="module")
def planned() -> Plan:
    return runs.plan(scenario())


@pytest.fixture(scope="module")
def trace(planned: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trace") / ENTITIES
    runs.run(planned.scenario, engine="kernel", trace=path)
    return path


@pytest.fixture(scope="module")
def rows(trace: Path) -> pd.DataFrame:
    return pd.read_parquet(trace)


def model_of(plan: Plan) -> Model:
    assert plan.model is not None
    return plan.model


def execute(plan: Plan, path: Path | None, **more: Any) -> Any:
    return runs.execute(plan, runs.choose_engine(plan, "kernel"), trace=path, **more)


# --- the rows --------------------------------------------------------------------------------------------


def who_came(plan: Plan, replication: int) -> tuple[Entities, npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The entities of a replication, when they came, and who did."""
    entities = draw(model_of(plan).program, plan.seed, replication)
    arrival_ms = kernel.run(model_of(plan).program, entities, passage=True).arrival_ms
    return entities, arrival_ms, arrival_ms != NOT_YET


def test_there_is_a_row_for_everybody_in_the_order_of_the_entities(planned: Plan, rows: pd.DataFrame) -> None:
    names = model_of(planned).program.source_names
    for number, part in rows.groupby("replication"):
        entities, arrival_ms, came = who_came(planned, int(number))
        assert 0 < came.sum() < entities.count  # not everybody has got so far by the end
        assert part["arrival_ms"].tolist() == arrival_ms[came].tolist()
        assert part["source"].tolist() == np.repeat(names, np.diff(entities.first))[came].tolist()
        expected = np.array([i for count in np.diff(entities.first) for i in range(count)])
        assert part["index"].tolist() == expected[came].tolist()
        assert part["phase"].tolist() == [PHASES[phase] for phase in entities.phase[came]]
    assert rows["replication"].unique().tolist() == [0, 1, 2]


def test_every_label_is_that_of_the_group(planned: Plan, rows: pd.DataFrame) -> None:
    groups = model_of(planned).layout.groups
    entities, _, came = who_came(planned, 0)
    first = rows[rows["replication"] == 0]
    own = [groups[group] for group in entities.group[came]]
    for column, name in (("crossing", "crossing"), ("mode", "mode"), ("direction", "direction")):
        assert first[column].tolist() == [getattr(group, name) for group in own]
    for column, name in (("class", "klass"), ("corridor", "corridor"), ("agricultural", "agricultural")):
        assert first[column].tolist() == [getattr(group, name) for group in own]
    for column in ("loaded", "load_t", "teu", "wagons"):
        assert first[column].tolist() == [getattr(group, column) for group in own]
    classes = model_of(planned).program.class_names
    assert first["network_class"].tolist() == [classes[klass] for klass in entities.klass[came]]


def test_the_accounts_of_a_row_are_its_stay_to_the_millisecond(planned: Plan, rows: pd.DataFrame) -> None:
    assert (rows[ACCOUNTS].sum(axis=1) == rows["stay_ms"]).all()
    horizon_ms = model_of(planned).program.horizon_ms
    end_ms = rows["exit_ms"].fillna(horizon_ms)
    assert (end_ms - rows["arrival_ms"] == rows["stay_ms"]).all()
    assert rows["exit_ms"].isna().any()
    assert rows["exit_ms"].notna().any()


def test_a_way_is_walked_step_by_step_without_a_gap(planned: Plan, rows: pd.DataFrame) -> None:
    model = model_of(planned)
    walks = dict(zip((route.name for route in model.program.network.routes), route_steps(model), strict=True))
    route = {source.name: source.route for source in model.program.network.sources}
    gone = rows[rows["exit_ms"].notna()].sample(60, random_state=1)
    for _, row in gone.iterrows():
        own = walks[route[row["source"]]]
        walked = [name for name in own if not np.isnan(row[f"{name}_joined_ms"])]
        joined, left = ([row[f"{name}_{what}_ms"] for name in walked] for what in ("joined", "left"))
        started = [row[f"{name}_started_ms"] for name in walked]
        assert joined[1:] == left[:-1]
        assert left[-1] == row["exit_ms"]
        assert joined[0] >= row["arrival_ms"]
        assert all(a <= b <= c for a, b, c in zip(joined, started, left, strict=True))
        others = [name for name in all_steps(model) if name not in own]
        assert row[[f"{name}_joined_ms" for name in others]].isna().all()


def test_a_trace_says_what_the_tables_say(planned: Plan, rows: pd.DataFrame) -> None:
    result = runs.run(planned.scenario, engine="kernel")
    cohort = rows[(rows["phase"] == "in") & (rows["replication"] == 1) & (rows["direction"] == "kz_to_cn")]
    # the crossing itself: not the wait at home, nor that for a load
    cohort = cohort[cohort["source"].str.contains(".kz_to_cn.", regex=False)]
    told = result.replications
    cell = told[(told["replication"] == 1) & (told["direction"] == "kz_to_cn") & (told["class"] == "all")]
    cell = cell[cell["corridor"] == "all"].iloc[0]
    assert len(cohort) == cell["cohort"]
    assert cohort["stay_ms"].mean() / 3_600_000 == pytest.approx(cell["stay"])
    assert cohort["account_closed_ms"].mean() / 3_600_000 == pytest.approx(cell["account_closed"])
    users = cohort[cohort["corridor"] == "user"]
    assert 0 < len(users) < len(cohort)


# --- the columns -----------------------------------------------------------------------------------------


def test_the_columns_are_those_of_the_dictionary(planned: Plan, trace: Path) -> None:
    spec = entity_table(all_steps(model_of(planned)), legs=True)
    schema = pq.read_schema(trace)
    assert tuple(schema.names) == spec.names
    assert len(set(spec.names)) == len(spec.names) > len(OF_ENTITY)
    kinds = {"text": pa.types.is_dictionary, "yes/no": pa.types.is_boolean}
    kinds |= {"whole number": pa.types.is_int64, "number": pa.types.is_float64}
    for column in spec.columns:
        assert kinds[column.kind](schema.field(column.name).type), column.name
    assert {column.name for column in OF_ENTITY} >= set(ACCOUNTS)


def test_the_leg_of_a_journey_is_told_only_where_there_are_several(planned: Plan) -> None:
    assert "leg" in entities_schema(model_of(planned)).names
    by_rail = replace(scenario(), road=(), rail=("dostyk",), corridors={})
    assert "leg" not in entities_schema(models.make_model(by_rail)).names
    program = compile_network(legs_world.network())
    model = Model(model_of(planned).border, program, legs_world.layout(program))
    entities = draw(program, 1, 0)
    outcome = reference.run(program, entities, passage=True, trace=True)
    rows = entities_in_table(model, entities, outcome, 0).to_pandas()
    legs = rows.drop_duplicates("source").set_index("source")["leg"].astype(str).to_dict()
    assert legs["home farm"] == "home"
    assert legs["out farm"] == legs["back general"] == "crossing"
    assert (legs["waiting farm"], legs["waiting general"]) == ("yard", "yard")


def test_steps_are_called_after_side_and_stage_and_told_apart() -> None:
    assert step_name("kz", "documents", "kz.documents") == "kz_documents"
    assert step_name("cn", "entry_gate", "cn.entry_gate") == "cn_entry_gate"
    assert step_name("kz", "move", "kz.move.scan") == "kz_move_scan"
    assert step_name("cn", "exam", "cn.exam.full") == "cn_exam_full"
    assert step_name("kz", "approach", "approach") == "kz_approach"
    assert step_name("cn", "handover", "handover.warehouse") == "cn_handover_warehouse"
    assert step_name("kz", "documents_hold_extended", "kz.documents_hold.compliant") == (
        "kz_documents_hold_extended"
    )


def test_the_steps_of_every_route_keep_their_order_and_no_two_share_a_name() -> None:
    whole = replace(scenario(), road=("nur_zholy",), rail=("dostyk", "nur_zholy"), corridors={})
    model = models.make_model(whole)
    for route, names in zip(model.program.network.routes, route_steps(model), strict=True):
        assert len(set(names)) == len(names) == len(route.steps)
        assert set(names) <= set(all_steps(model))
    of_leg = 1
    assert len(entities_schema(model)) == len(OF_ENTITY) + of_leg + len(OF_STEP) * len(all_steps(model))


def test_two_steps_with_the_same_columns_are_refused(planned: Plan) -> None:
    model = model_of(planned)
    alike = replace(model.layout.elements[0], side="kz", stage="x")
    layout = replace(model.layout, elements=(alike,) * len(model.layout.elements))
    steps = [replace(step, name=f"s{i}") for i, step in enumerate(model.program.network.routes[0].steps)]
    route = replace(model.program.network.routes[0], steps=tuple(steps))
    network = replace(model.program.network, routes=(route,))
    with pytest.raises(ValueError, match="would have the same columns"):
        route_steps(replace(model, layout=layout, program=replace(model.program, network=network)))


def test_an_outcome_without_a_trace_makes_no_table(planned: Plan) -> None:
    model = model_of(planned)
    entities = draw(model.program, 1, 0)
    outcome = choice.load("kernel")(model.program, entities)
    with pytest.raises(ValueError, match="not asked for a trace"):
        entities_in_table(model, entities, outcome, 0)


def test_a_replication_without_anybody_has_an_empty_row_group(planned: Plan, tmp_path: Path) -> None:
    model = model_of(planned)
    nobody = entities_schema(model).empty_table()
    with entities_file.written(tmp_path / ENTITIES, model, 1) as write:
        write(nobody)
    file = entities_file.StoredEntities(tmp_path / ENTITIES)
    assert file.equal(0, nobody)
    assert not file.equal(1, nobody)


# --- the file --------------------------------------------------------------------------------------------


def test_the_same_bytes_come_from_either_engine_and_any_number_of_jobs(
    planned: Plan, trace: Path, tmp_path: Path
) -> None:
    expected = trace.read_bytes()
    for engine in choice.ENGINES:
        for jobs in (1, 2):
            path = tmp_path / f"{engine}{jobs}"
            runs.run(planned.scenario, jobs=jobs, engine=engine, trace=path)
            assert path.read_bytes() == expected, (engine, jobs)


def test_a_trace_changes_no_other_result_and_no_digest(planned: Plan, tmp_path: Path) -> None:
    from kzsim.experiments.files import result_files

    with_trace = execute(planned, tmp_path / ENTITIES)
    without = execute(planned, None)
    assert with_trace.outcomes == without.outcomes
    assert dict(result_files(planned, with_trace)) == dict(result_files(planned, without))


def test_each_replication_is_a_row_group_of_its_own(planned: Plan, trace: Path, rows: pd.DataFrame) -> None:
    file = pq.ParquetFile(trace)
    assert file.num_row_groups == planned.replications
    for number in range(planned.replications):
        own = file.read_row_group(number, columns=["replication"])["replication"]
        assert set(own.to_pylist()) == {number}


def test_the_size_is_foretold_within_a_third(planned: Plan, trace: Path) -> None:
    foretold = runs.trace_bytes(planned)
    assert trace.stat().st_size / 1.35 < foretold < 1.35 * trace.stat().st_size
    assert foretold == entities_file.expected_bytes(model_of(planned), 3)


@pytest.mark.parametrize(
    ("size", "said"),
    [(12, "12 B"), (3.14e6, "3.1 MB"), (85.4e6, "85 MB"), (2.5e9, "2.5 GB"), (4e3, "4.0 kB")],
)
def test_sizes_are_said_in_two_figures(size: float, said: str) -> None:
    assert disk.in_bytes(size) == said


def test_a_disk_without_room_is_refused_before_anything_runs(
    planned: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: Usage(0, 0, 100_000))
    monkeypatch.setattr(replications.Runner, "run", lambda *_: pytest.fail("it ran"))
    with pytest.raises(ResultsError, match=r"will take about .* kB, and 100 kB are free") as caught:
        execute(planned, tmp_path / ENTITIES)
    assert "leave out --trace" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_place_of_the_file_is_refused_before_anything_runs(
    planned: Plan, tmp_path: Path
) -> None:
    began: list[int] = []
    with pytest.raises(ResultsError) as refused:
        execute(planned, tmp_path, progress=lambda done, _: began.append(done))
    assert "this is a folder" in str(refused.value)
    assert str(tmp_path / ENTITIES) in str(refused.value.remedy)
    assert began == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_said_plainly_and_leaves_nothing(
    planned: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def full(self: Path, *given: Any, **more: Any) -> Any:
        if self.name.endswith(ENTITIES):
            real(self, "wb").close()
            return Path("/dev/full").open("wb", buffering=0)
        return real(self, *given, **more)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(ResultsError, match="the disk is full; no results were written"):
        execute(planned, tmp_path / ENTITIES)
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_nothing_and_no_thread(planned: Plan, tmp_path: Path) -> None:
    before = threading.active_count()

    def interrupt(done: int, total: int) -> None:
        assert len(list(tmp_path.iterdir())) == 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(planned, tmp_path / ENTITIES, jobs=2, progress=interrupt)
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == before


def test_no_more_replications_than_memory_allows_are_ahead(
    planned: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun: list[int] = []
    real = replications.Runner.run

    def counted(self: replications.Runner, number: int) -> Any:
        begun.append(number)
        return real(self, number)

    monkeypatch.setattr(replications.Runner, "run", counted)
    task = replications.Task(replace(scenario(), replications=12), False, trace=True)
    with replications.replicating(task, 2) as (_, answers):
        for fetched, done in enumerate(answers):
            # two are at it or done, one waits, and the one just fetched has let another in
            assert max(begun) <= fetched + 3
            assert done.number == fetched
            assert done.entities is not None
    assert sorted(begun) == list(range(12))


# --- kept runs -------------------------------------------------------------------------------------------


def kept(folder: Path, plan: Plan, *, trace: bool, when: datetime = WHEN) -> Path:
    if not trace:
        return ledger.store(folder, plan, execute(plan, None), command="x", finished=when)
    with ledger.begin(folder) as begun:
        result = execute(plan, begun / ENTITIES)
        return ledger.store(folder, plan, result, command="x", finished=when, begun=begun)


def test_a_run_without_a_trace_does_not_answer_for_one_with_it(planned: Plan, tmp_path: Path) -> None:
    bare = kept(tmp_path, planned, trace=False)
    assert ledger.find(tmp_path, planned.digest, (ENTITIES,)) is None
    traced = kept(tmp_path, planned, trace=True)
    assert traced.name != bare.name, "made in the same second, each has its folder"
    assert ledger.find(tmp_path, planned.digest, (ENTITIES,)) == traced
    assert ledger.find(tmp_path, planned.digest) == bare
    assert (tmp_path / "LATEST").read_text(encoding="utf-8") == f"{traced.name}\n"
    assert {path.name for path in tmp_path.iterdir()} == {bare.name, traced.name, "LATEST"}


def test_a_run_with_a_trace_answers_for_one_without_it(planned: Plan, tmp_path: Path) -> None:
    traced = kept(tmp_path, planned, trace=True)
    assert ledger.find(tmp_path, planned.digest) == traced
    assert kept(tmp_path, planned, trace=False) == traced
    assert kept(tmp_path, planned, trace=True) == traced
    assert {path.name for path in tmp_path.iterdir()} == {traced.name, "LATEST"}
    assert ENTITIES in {path.name for path in traced.iterdir()}


def test_a_changed_trace_is_noticed_where_all_is_checked(planned: Plan, tmp_path: Path) -> None:
    path = kept(tmp_path, planned, trace=True)
    ledger.verify(path)
    with (path / ENTITIES).open("ab") as file:
        file.write(b"x")
    assert ledger.load_run(path).outcomes == execute(planned, None).outcomes
    with pytest.raises(ResultsError, match=r"entities\.parquet: this file was changed"):
        ledger.verify(path)
    (path / ENTITIES).unlink()
    with pytest.raises(ResultsError, match="No such file"):
        ledger.load_run(path)


def test_what_was_begun_and_not_stored_is_removed(tmp_path: Path) -> None:
    def interrupted(begun: Path) -> None:
        (begun / ENTITIES).write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), ledger.begin(tmp_path / "scenario") as begun:
        interrupted(begun)
    assert list((tmp_path / "scenario").iterdir()) == []


def test_a_trace_is_verified_by_running_again_with_the_other_engine(
    planned: Plan, trace: Path, tmp_path: Path
) -> None:
    result = execute(planned, None)
    outcomes = {which: list(found) for which, found in result.outcomes.items()}
    manifest = {"outcomes": outcomes, "replications": 3, "counterfactual": True}
    reference = Choice("reference", compiled=False)
    found = reproduce(planned.scenario, manifest, reference, trace=trace, jobs=2)
    assert (found.replications, found.different, found.traced) == (3, (), True)

    table = pq.read_table(trace)
    place = table.schema.get_field_index("kz_documents_left_ms")
    column = table.column(place).to_pylist()
    row = next(i for i, value in enumerate(column) if value is not None)
    column[row] += 1
    changed = table.set_column(place, table.schema.field(place), pa.array(column, pa.int64()))
    with entities_file.written(tmp_path / ENTITIES, model_of(planned), 3) as write:
        for number in range(3):
            write(changed.filter(pc.equal(changed["replication"], number)))
    again = reproduce(planned.scenario, manifest, reference, trace=tmp_path / ENTITIES)
    assert again.different == ((0, "trace"),)


def test_what_is_no_trace_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / ENTITIES).write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(ResultsError, match="this is not a trace of entities"):
        entities_file.StoredEntities(tmp_path / ENTITIES)
