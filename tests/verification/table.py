"""All targets against both engines: ``python -m tests.verification.table`` prints the whole table.

It also writes ``docs/verification.md``, in about five minutes on two processors. ``--quick`` does the work of the
everyday tests and writes nothing.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kzsim.indicators.intervals import estimate
from tests.verification.cases import Case, Effort, Row, run_in
from tests.verification.more_cases import all_cases
from tests.verification.theory import NOT_BUILT, is_built, targets

PAGE = Path(__file__).parents[2] / "docs" / "verification.md"

FULL = (Effort("kernel", jobs=2), Effort("reference", share=0.02))
QUICK = (Effort("kernel", share=0.15), Effort("reference", share=0.002))

CONFIDENCE = 0.99


@dataclass(frozen=True)
class Verdict:
    """One target against one engine."""

    case: Case
    row: Row
    effort: Effort
    target: float
    mean: float
    half_width: float  # of the 99 % interval
    half_width_together: float  # of the interval that holds together with all others
    n: int

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
    """Run a case and judge its rows, as some of ``together`` that shall hold at once with 99 %."""
    found = case.measure(case, effort)
    for row in case.rows:
        values = row.pick(found)
        alone = estimate(values, CONFIDENCE)
        joint = estimate(values, 1 - (1 - CONFIDENCE) / together)
        yield Verdict(
            case,
            row,
            effort,
            targets()[row.path],
            alone.mean,
            alone.half_width,
            joint.half_width,
            alone.n,
        )


def number_of_rows(efforts: Iterable[Effort]) -> int:
    """How many verdicts a suite has."""
    return sum(len(case.rows) for case in all_cases()) * len(list(efforts))


HEAD = "| target | theory | estimate | 99 % interval | simultaneous interval | engine | run-in | verdict |"


def line_of(verdict: Verdict) -> str:
    """A line of the table."""
    mean, half, joint = verdict.mean, verdict.half_width, verdict.half_width_together
    case = verdict.case
    left_out = run_in(case, verdict.effort)
    before = f"{left_out / case.relaxation:.0f}" if left_out else "-"
    return (
        f"| {verdict.row.path} | {verdict.target:g} | {mean:.5g} | {mean - half:.5g} to {mean + half:.5g} "
        f"(± {100 * half / verdict.target:.2g} %) | {mean - joint:.5g} to {mean + joint:.5g} "
        f"| {verdict.effort.engine} | {before} | {verdict.said} |"
    )


def page_of(found: list[Verdict], efforts: tuple[Effort, ...], together: int) -> str:
    """The page of the documentation."""
    wrong = [verdict for verdict in found if verdict.said != "agrees"]
    missing = [path for path in targets() if not is_built(path)]
    lines = [
        "# Verification against exact results",
        "",
        "Networks whose exact results are known, built with [`kzsim.queueing`](networks.md) and run by both",
        "engines. `python -m tests.verification.table` runs all of it and writes this page; the tests run a",
        "shorter version of the same.",
        "",
        f"{len(targets())} targets: {len(targets()) - len(missing)} compared, {len(missing)} need words that the",
        f"network language does not have yet. Of {len(found)} comparisons {len(found) - len(wrong)} agree.",
        "",
        "- **Theory**: balance equations or closed forms, to about six digits, in `tests/verification/queueing.yaml`;",
        "  `airport_customs` and `two_class_lots` are published examples.",
        "- **Estimate**: mean of 30 replications (300 with 100 independent copies each for numbers at instants, 200",
        "  runs of 20 planes for the airport). The seed was fixed before the first run and is the same for all.",
        "- **Verdict**: *agrees* if theory's number lies in the simultaneous interval, and the half-width of the",
        "  99 % interval is at most 2 % of it, 1 % for throughputs. All "
        f"{together} simultaneous intervals hold at once",
        f"  with 99 % (Bonferroni: 1 - 0.01/{together} each).",
        "- **Engines**: they give the same integers for the same entities, which other tests show; the kernel does",
        f"  the work of the full suite, the reference engine {100 * efforts[1].share:g} % of it, with an interval of up to",
        f"  {100 * efforts[1].half_width(found[0].row):.0f} % (1 % where 2 % is said above: half of that).",
        "- **Run-in**: what is left out at the start, in relaxation times: the time in which the distance to the",
        "  steady state falls to 1/e, for M/M/c 1/(c mu (1 - sqrt(rho))^2). It is 5 % of a run or ten relaxation",
        "  times, but at most a quarter of the run. After n of them what is left of the empty start adds less",
        "  than e^-n times the relaxation time's share of the run. Cohorts are followed for a further 1 %.",
        "",
        HEAD,
        "|---|---:|---:|---:|---:|---|---:|---|",
        *(line_of(verdict) for verdict in found),
        "",
        "## What the start, or the model itself, adds",
        "",
        "| case | bias |",
        "|---|---|",
        *(f"| {case.name} | {case.bias} |" for case in all_cases()),
        "",
        "The fleets stand as a zone of N places that a crowd waits for; tokens will be another way to say it. The",
        "fluid at night is cut into pieces, a hundred to an entity, and nothing about it is random.",
        "",
        "## Not compared yet",
        "",
        "| target | needs |",
        "|---|---|",
        *(f"| {path} | {NOT_BUILT[path.rsplit('.', path.count('.') - 1)[0]]} |" for path in missing),
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    """Print the table, and write it unless it is the quick one. Returns 1 if a row does not agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the work of the everyday tests")
    parser.add_argument("--only", default="", help="cases whose name contains this; writes nothing")
    parser.add_argument("--engine", default="", help="one engine only; writes nothing")
    asked = parser.parse_args()
    efforts = QUICK if asked.quick else FULL
    together = number_of_rows(efforts)
    found: list[Verdict] = []
    print(HEAD)
    for case in all_cases():
        for effort in efforts:
            if asked.only in case.name and asked.engine in effort.engine:
                began = time.process_time()
                for verdict in verdicts(case, effort, together):
                    found.append(verdict)
                    print(line_of(verdict), flush=True)
                print(f"  {time.process_time() - began:.1f} s of processor time", flush=True)
    if not (asked.quick or asked.only or asked.engine):
        PAGE.write_text(page_of(found, efforts, together), encoding="utf-8")
    return int(any(verdict.said != "agrees" for verdict in found))


if __name__ == "__main__":
    raise SystemExit(main())
