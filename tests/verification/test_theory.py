"""Both engines give theory's numbers: a shorter version of ``python -m tests.verification.table``.

Every test runs one network of ``cases`` with one engine and compares each of its targets; theory's numbers
stand in the test's name. Seeds are fixed; the intervals of all of them hold together with 99 %.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.verification import table
from tests.verification.cases import Case, Effort, Row, pick
from tests.verification.judge import QUICK, Verdict, line_of, number_of_rows, planned, verdicts
from tests.verification.more_cases import all_cases
from tests.verification.page import page_of
from tests.verification.second_opinion import Opinion
from tests.verification.theory import targets

PLAN = planned(quick=True)
TOGETHER = number_of_rows(PLAN)


def name_of(case: Case, effort: Effort) -> str:
    numbers = ", ".join(f"{targets()[row.path]:g}" for row in case.rows)
    return f"{effort.engine}: {case.name} gives {numbers}"


@pytest.mark.parametrize(("case", "effort"), PLAN, ids=[name_of(*each) for each in PLAN])
def test_an_engine_gives_the_numbers_of_theory(case: Case, effort: Effort) -> None:
    found = list(verdicts(case, effort, TOGETHER))
    assert [line_of(each) for each in found if each.said != "agrees"] == []


def test_every_target_is_compared_once() -> None:
    assert sorted(row.path for case in all_cases() for row in case.rows) == sorted(targets())


def verdict(mean: float, half_width: float, within: float = 0.0) -> Verdict:
    row = Row("mm1_and_mmc.mm3_eye_clinic.W_h", pick("network", "time_in_system"), within=within)
    case = Case("a case", lambda _: pytest.fail("not to be run"), 1.0, (row,), math.nan)
    return Verdict(case, row, Effort("kernel"), 1, 0.5, mean, half_width, 2 * half_width)


def test_a_target_outside_the_interval_differs_and_a_wide_interval_proves_nothing() -> None:
    assert verdict(0.515, 0.009).said == "agrees"
    assert verdict(0.485, 0.007).said == "DIFFERS"
    assert verdict(0.485, 0.007, within=0.002).said == "agrees"
    assert verdict(0.5, 0.011).said == "agrees, WIDE"
    assert verdict(math.nan, 0.001).said == "DIFFERS"


def test_less_work_may_give_wider_intervals_and_the_full_suite_what_the_file_asks() -> None:
    row = verdict(0.5, 0.01).row
    assert Effort("kernel").half_width(row) == 0.02
    assert Effort("reference", share=0.01).half_width(row) == pytest.approx(0.3)


def test_the_page_lists_every_comparison() -> None:
    found = [verdict(0.5, 0.001), verdict(0.6, 0.001)]
    reference = Verdict(found[0].case, found[0].row, QUICK[1], 1, 0.5, 0.5, 0.001, 0.002)
    second = Opinion("a network", (1, "all", "wait"), 1.0, 1.5, 0.75)
    page = page_of([*found, reference], [second])
    assert "| a network | 1 | all | wait | 1.000 | 1.500 | -0.500 ± 0.750 |" in page
    assert page.count("| mm1_and_mmc.mm3_eye_clinic.W_h | 0.5 |") == 3
    assert "Of 3 comparisons 2 agree" in page


def test_the_command_prints_every_line_and_writes_the_page_only_if_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nights = [each for each in planned(quick=False) if "closed at night" in each[0].name]
    monkeypatch.setattr(table, "planned", lambda **_: nights)
    monkeypatch.setattr(table, "twins", list)
    monkeypatch.setattr(table, "PAGE", tmp_path / "page.md")
    assert table.main(["--engine", "kernel"]) == 0
    assert capsys.readouterr().out.count("| kernel | - | agrees |") == 2
    assert not table.PAGE.exists()
    assert table.main([]) == 0
    assert table.PAGE.read_text(encoding="utf-8").count("| agrees |") == 4


def test_the_stored_page_is_of_the_present_targets_and_all_of_it_agrees() -> None:
    page = (Path(__file__).parents[2] / "docs" / "verification.md").read_text(encoding="utf-8")
    plan = planned(quick=False)
    lines = [line for line in page.splitlines() if line.endswith("| agrees |")]
    assert [(line.split(" | ")[0].removeprefix("| "), float(line.split(" | ")[1])) for line in lines] == [
        (row.path, pytest.approx(targets()[row.path], rel=1e-5)) for case, _ in plan for row in case.rows
    ]
    assert all(f"| {case.name} | {case.bias} |" in page for case, _ in plan)
