"""The page of the documentation that the whole table is written to."""

from __future__ import annotations

from collections.abc import Sequence

from tests.verification.judge import HEAD, Verdict, line_of
from tests.verification.more_cases import all_cases
from tests.verification.second_opinion import CIW_REPLICATIONS, OWN_REPLICATIONS, UNTIL, Opinion
from tests.verification.theory import targets

TEXT = """\
# Verification against exact results

Networks whose exact results are known, built with [`kzsim.queueing`](networks.md) and run by both engines.
`python -m tests.verification.table` runs all of it and writes this page; the tests run a shorter version.

All {targets} targets are compared with both engines. Of {verdicts} comparisons {agree} agree.

- **Theory**: balance equations or closed forms, to about six digits, in `tests/verification/queueing.yaml`.
  `two_class_lots` and `airport_customs` are published examples.
- **Estimate**: the mean of 30 replications; for numbers at instants of 500 replications of 100 independent
  copies each, for the airport of 300 runs of 20 planes each. The reference engine does fewer of these. The
  seed was fixed before the first run and is one for all; the lengths of the runs were chosen by the widths
  of a shorter version's intervals.
- **Verdict**: *agrees* if theory's number lies in the simultaneous interval, and the half-width of the 99 %
  interval is at most 2 % of it, 1 % for throughputs. All {together} simultaneous intervals hold at once
  with at least 99 % (Bonferroni: a confidence of 1 - 0.01/{together} each). The published means of the
  airport may be off by the tolerance that is given with them, the fluid by one of its pieces.
- **Engines**: they give the same integers for the same entities, which other tests show. The kernel does
  the full work, the reference engine {share:g} % of it, and its half-widths may be up to {reference:.0f} %
  ({throughput:.0f} % for throughputs).
- **Run-in**: what is left out at the start, in relaxation times. One of them is the time in which the
  distance to the steady state falls to 1/e, for M/M/c about 1/(cμ(1 - √ρ)²) and not below 1/μ; for the
  others that of M/M/1 at their load is taken. It is 5 % of a run or ten relaxation times, but at most a
  quarter of the run. After n of them, what is left of the empty start adds in the order of e⁻ⁿ times the
  relaxation time's share of the run. Nobody who arrives in the last 1 % of a run is followed. A dash:
  nothing is left out.

{table}

## What the start, or the model itself, adds

| case | bias |
|---|---|
{biases}

The wait of a fleet is that of its tokens: idle ones over services in a unit of time (Little's law). The fluid
at night is cut into pieces, a hundred to an entity, and nothing about it is random.

## A second opinion

[Ciw](https://github.com/CiwPython/Ciw), another simulator of queueing networks, ran nine networks too, from
empty over the same {until:g} minutes: {ciw} replications of it, {own} of the kernel. The last column is the
difference with its half-width (Welch 1947), all {opinions} of which hold at once with 99 %.

| network | node | class | mean | here, min | Ciw, min | difference |
|---|---:|---|---|---:|---:|---:|
{opinion}

By definition they differ in this, and the networks above keep clear of it:

- When a shift ends in Ciw, those of the next one start at once, while the old shift finishes whom it serves.
  Here a server held is a server held, whatever the calendar says.
- Ciw's capacity of a line leaves out the servers; a zone's places are for those who are served in it, too.
- Ciw lets blocked customers go on first come first served; a zone here goes by priority first.
"""


def page_of(found: Sequence[Verdict], opinions: Sequence[Opinion]) -> str:
    """The whole page."""
    reference = next(each.effort for each in found if each.effort.share < 1)
    rows = {each.row.half_width: reference.half_width(each.row) for each in found}
    return TEXT.format(
        until=UNTIL,
        ciw=CIW_REPLICATIONS,
        own=OWN_REPLICATIONS,
        opinions=len(opinions),
        opinion="\n".join(each.line for each in opinions),
        targets=len(targets()),
        verdicts=len(found),
        agree=sum(each.said == "agrees" for each in found),
        together=found[0].together,
        share=100 * reference.share,
        reference=100 * max(rows.values()),
        throughput=100 * min(rows.values()),
        table="\n".join([HEAD, "|---|---:|---:|---:|---:|---|---:|---|", *(line_of(each) for each in found)]),
        biases="\n".join(f"| {case.name} | {case.bias} |" for case in all_cases()),
    )
