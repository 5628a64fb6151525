"""Every calibration target of the evidence beside what the model gives, nothing tuned.

    nice python -m tests.validation.table [--write] [--replications N]

Prints the table; with ``--write`` it goes into docs/validation.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from kzsim import evidence
from kzsim.experiments.warmup import make_ready
from kzsim.indicators.intervals import Estimate
from tests.validation import page
from tests.validation.compared import Compared, compare
from tests.validation.years import OF_YEAR, years

REPLICATIONS = 3


def rows(replications: int) -> list[Compared]:
    """All targets, in the order of the evidence."""
    make_ready()
    found = years(replications)
    return [compare(target, found) for target in evidence.targets()]


def text(found: Sequence[Compared], replications: int) -> str:
    """The tables in Markdown."""
    verdicts = [one.verdict for one in found]
    said = (
        f"{len(found)} targets: {verdicts.count('within')} within their tolerance, "
        f"{verdicts.count('outside')} outside, "
        f"{verdicts.count('cannot be compared')} that cannot be compared. "
        f"{replications} replications of each year; ± is the 95 % interval of a mean over them."
    )
    parts = [said]
    for heading, own in (("Trucks, trains and tonnes", False), ("Times", True)):
        part = [one for one in found if (one.target.unit in ("h", "min")) == own]
        header = ("target", "where, what, when", "observed", "tolerance", "simulated", "ratio", "verdict")
        if not part:
            continue
        parts.append(f"### {heading}\n\n{page.table(header, map(_row, part), frozenset({5}))}")
    return "\n\n".join(parts)


def _row(one: Compared) -> tuple[str, ...]:
    target = one.target
    ratio = "" if one.simulated is None else f"{one.ratio:.2f}"
    verdict = f"{one.verdict}: {one.why}" if one.why else one.verdict
    observed = f"{target.value:,.10g} {target.unit}"
    return (
        f"`{target.key}`",
        " ".join(_what(one)),
        observed,
        _tolerance(one),
        _simulated(one),
        ratio,
        verdict,
    )


def _what(one: Compared) -> Iterator[str]:
    target = one.target
    yield f"{target.crossing or 'all borders'}, {target.mode}, {target.what},"
    yield {"both": "both ways", "kz_to_cn": "KZ to CN", "cn_to_kz": "CN to KZ"}[target.direction] + ","
    yield str(target.year) if target.period is None else " to ".join(day.isoformat() for day in target.period)


def _tolerance(one: Compared) -> str:
    tolerance = one.target.tolerance
    if tolerance.upper_bound:
        return "at most"
    if tolerance.interval is not None:
        low, high = tolerance.interval
        return f"{low:g} to {high:g}"
    return f"{'+' if one.target.statistic == 'ceiling' else '±'} {100 * (tolerance.relative or 0):g} %"


def _simulated(one: Compared) -> str:
    found: Estimate | None = one.simulated
    if found is None:
        return "–"
    interval = f" ± {page.figure(found.half_width)}" if found.n > 1 else ""
    return f"{page.figure(found.mean)}{interval}"


def main() -> None:
    """Run the years and print the table."""
    options = argparse.ArgumentParser(prog="python -m tests.validation.table")
    options.add_argument("--write", action="store_true", help="renew the table of docs/validation.md")
    options.add_argument("--replications", type=int, default=REPLICATIONS, help="of each year")
    asked = options.parse_args()
    if asked.write and (missing := page.missing("table")):
        options.error(missing)
    if asked.replications < 1:
        options.error("at least 1 replication is needed")
    print(f"running {', '.join(OF_YEAR.values())}", file=sys.stderr)
    made = text(rows(asked.replications), asked.replications)
    print(made)
    if asked.write:
        page.renew("table", made)


if __name__ == "__main__":
    main()
