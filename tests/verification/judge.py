"""An estimate against theory's number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kzsim.indicators.intervals import estimate
from tests.verification.cases import Case, Effort, Row, run_in
from tests.verification.more_cases import all_cases
from tests.verification.theory import targets

CONFIDENCE = 0.99

FULL = (Effort("kernel", jobs=2), Effort("reference", share=0.02))
QUICK = (Effort("kernel", share=0.1), Effort("reference", share=0.004))
"""What the everyday tests do; of the reference engine only ``REFERENCE_CASES``."""

REFERENCE_CASES = ("mm3_eye_clinic", "two_class_lots", "mg1_three_class", "open tandem, 1 places between")
"""Cases of the everyday tests that the reference engine is fast enough to run long enough."""

HEAD = "| target | theory | estimate | 99 % interval | simultaneous interval | engine | run-in | verdict |"


@dataclass(frozen=True)
class Verdict:
    """One target against one engine, as one of ``together`` that shall hold at once with 99 %."""

    case: Case
    row: Row
    effort: Effort
    together: int
    target: float
    mean: float
    half_width: float  # of the 99 % interval
    half_width_together: float

    @property
    def agrees(self) -> bool:
        """Whether the target, with what it may be off by itself, lies in the simultaneous interval."""
        return abs(self.mean - self.target) <= self.half_width_together + self.row.within

    @property
    def is_precise(self) -> bool:
        """Whether the 99 % interval is as narrow as asked for."""
        return self.half_width <= self.effort.half_width(self.row) * abs(self.target)

    @property
    def said(self) -> str:
        """In a word."""
        if not self.agrees:
            return "DIFFERS"
        return "agrees" if self.is_precise else "agrees, WIDE"


def verdicts(case: Case, effort: Effort, together: int) -> Iterator[Verdict]:
    """Run a case and judge its rows."""
    found = case.measure(case, effort)
    for row in case.rows:
        values = row.pick(found)
        alone = estimate(values, CONFIDENCE)
        half_width_together = estimate(values, 1 - (1 - CONFIDENCE) / together).half_width
        target = targets()[row.path]
        yield Verdict(case, row, effort, together, target, alone.mean, alone.half_width, half_width_together)


def planned(*, quick: bool) -> list[tuple[Case, Effort]]:
    """Every case with every engine that runs it."""
    efforts = QUICK if quick else FULL
    return [
        (case, effort)
        for case in all_cases()
        for effort in efforts
        if not (quick and effort.engine == "reference" and case.name not in REFERENCE_CASES)
    ]


def number_of_rows(plan: list[tuple[Case, Effort]]) -> int:
    """How many verdicts it gives."""
    return sum(len(case.rows) for case, _ in plan)


def line_of(verdict: Verdict) -> str:
    """A line of the table."""
    mean, half, joint = verdict.mean, verdict.half_width, verdict.half_width_together
    left_out = run_in(verdict.case, verdict.effort)
    before = f"{left_out / verdict.case.relaxation:.0f}" if left_out else "-"
    return (
        f"| {verdict.row.path} | {verdict.target:g} | {mean:.5g} | {mean - half:.5g} to {mean + half:.5g} "
        f"(± {100 * half / verdict.target:.2g} %) | {mean - joint:.5g} to {mean + joint:.5g} "
        f"| {verdict.effort.engine} | {before} | {verdict.said} |"
    )
