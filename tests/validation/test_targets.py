"""The model beside what was observed: counts that must hold, and the page that tells of all targets.

Most of the demand was compiled from the same or neighbouring counts, so these tests say that yearly totals,
profiles, quotas and capacities together let through what was observed, when it was observed; they are no
independent confirmation. Times are on the page without a test: their level is not known well enough.
"""

from __future__ import annotations

import re
from datetime import date

import pytest

from kzsim import evidence
from kzsim.evidence import Target
from kzsim.evidence.records import Tolerance
from kzsim.indicators.intervals import estimate
from tests.validation import page, table
from tests.validation.compared import (
    COMPARISONS,
    OUTSIDE,
    BusiestDay,
    Compared,
    Hours,
    Total,
    agrees,
    compare,
)
from tests.validation.years import years

REPLICATIONS = 2
TARGETS = {target.key: target for target in evidence.targets()}
FLOWS = [
    key
    for key, comparison in COMPARISONS.items()
    if isinstance(comparison, Total | BusiestDay) and key not in OUTSIDE
]


def compared(key: str) -> Compared:
    """A target beside the three years of the model, which are run once."""
    return compare(TARGETS[key], years(REPLICATIONS))


def test_somebody_has_thought_about_every_target_of_the_evidence() -> None:
    assert list(COMPARISONS) == list(TARGETS)
    assert set(OUTSIDE) <= set(TARGETS)


@pytest.mark.parametrize("key", FLOWS)
def test_as_many_cross_as_were_counted(key: str) -> None:
    """Both directions together: a truck that goes and comes back is counted twice, there and here."""
    found = compared(key)
    assert found.verdict == "within", f"{found.simulated} against {TARGETS[key].value:,} {TARGETS[key].unit}"


@pytest.mark.parametrize("key", sorted(OUTSIDE))
def test_what_is_said_to_be_out_of_reach_is(key: str) -> None:
    """Else the page would go on explaining a difference that is gone."""
    assert compared(key).verdict == "outside"


@pytest.mark.parametrize("key", [key for key, found in COMPARISONS.items() if isinstance(found, Hours)])
def test_times_on_one_side_of_the_border_are_of_the_right_order(key: str) -> None:
    """Hours to days, as every source has them; a model that says minutes or weeks is wrong, not uncertain."""
    found = compared(key).simulated
    assert found is not None
    assert 1 < found.mean < 7 * 24


def test_the_page_tells_of_the_targets_of_the_evidence_as_they_are() -> None:
    _, inside, _ = page.split(page.PAGE.read_text(encoding="utf-8"), "table")
    shown = dict(re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \|", inside, flags=re.MULTILINE))
    assert shown == {key: f"{target.value:,.10g} {target.unit}" for key, target in TARGETS.items()}


def test_the_page_gives_the_reasons_that_the_tests_give() -> None:
    _, inside, _ = page.split(page.PAGE.read_text(encoding="utf-8"), "table")
    said = dict(re.findall(r"^\| `(\w+)` \|.*\| outside: ([^|]*) \|$", inside, flags=re.MULTILINE))
    assert said == OUTSIDE


def made_up(tolerance: Tolerance, statistic: str = "total") -> Target:
    """A target of 100 trucks."""
    return Target(
        key="made_up",
        what="trucks",
        crossing="bakhty",
        side="cn",
        mode="road",
        direction="both",
        year=2023,
        value=100.0,
        unit="vehicles",
        statistic=statistic,
        definition="",
        sources=(),
        grade="assumed",
        tolerance=tolerance,
        period=(date(2023, 1, 1), date(2023, 1, 31)),
        note="",
        paired=None,
    )


@pytest.mark.parametrize(
    ("tolerance", "value", "expected"),
    [
        (Tolerance(relative=0.1), 109.0, True),
        (Tolerance(relative=0.1), 111.0, False),
        (Tolerance(relative=0.1), 89.0, False),
        (Tolerance(interval=(90.0, 95.0)), 95.0, True),
        (Tolerance(interval=(90.0, 95.0)), 100.0, False),
        (Tolerance(upper_bound=True), 3.0, True),
        (Tolerance(upper_bound=True), 100.5, False),
    ],
)
def test_a_value_agrees_if_it_lies_within_the_tolerance(
    tolerance: Tolerance, value: float, expected: bool
) -> None:
    assert agrees(value, made_up(tolerance)) is expected


def test_less_than_what_was_said_to_be_the_most_agrees_with_it() -> None:
    most = made_up(Tolerance(relative=0.1), "ceiling")
    assert agrees(40.0, most, ceiling=True)
    assert not agrees(111.0, most, ceiling=True)


def test_a_row_shows_target_simulated_value_ratio_and_verdict() -> None:
    row = Compared(made_up(Tolerance(relative=0.1)), estimate([90.0, 94.0]), "within")
    assert table.text([row], 2).splitlines()[-1] == (
        "| `made_up` | bakhty, road, trucks, both ways, 2023-01-01 to 2023-01-31 | 100 vehicles | ± 10 % "
        "| 92.0 ± 25.4 | 0.92 | within |"
    )


def test_a_target_without_a_counterpart_shows_why() -> None:
    row = Compared(made_up(Tolerance(upper_bound=True)), None, "cannot be compared", "of another year")
    last = table.text([row], 2).splitlines()[-1]
    assert last.endswith("| 100 vehicles | at most | – |  | cannot be compared: of another year |")


@pytest.mark.parametrize("block", ["table", "influence"])
def test_the_page_has_room_for_what_the_commands_write(block: str) -> None:
    assert page.missing(block) == ""
    assert page.missing("poem") != ""


def test_a_page_without_the_lines_that_enclose_a_block_is_refused() -> None:
    with pytest.raises(ValueError, match="enclose the block 'table'"):
        page.split("nothing here", "table")
