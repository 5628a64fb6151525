"""All targets against both engines: ``python -m tests.verification.table`` prints the whole table.

It also writes ``docs/verification.md``. ``--quick`` does the work of the everyday tests and writes nothing.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.verification.judge import HEAD, Verdict, line_of, number_of_rows, planned, verdicts
from tests.verification.page import page_of
from tests.verification.second_opinion import opinions, twins

PAGE = Path(__file__).parents[2] / "docs" / "verification.md"


def main(arguments: list[str] | None = None) -> int:
    """Print the table, and write it if it is whole. Returns 1 if a row does not agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the work of the everyday tests")
    parser.add_argument("--only", default="", help="cases whose name contains this; writes nothing")
    parser.add_argument("--engine", default="", help="one engine only; writes nothing")
    asked = parser.parse_args(arguments)
    plan = planned(quick=asked.quick)
    together = number_of_rows(plan)
    found: list[Verdict] = []
    sys.stdout.write(f"{HEAD}\n")
    for case, effort in plan:
        if asked.only in case.name and asked.engine in effort.engine:
            began = time.process_time()
            for verdict in verdicts(case, effort, together):
                found.append(verdict)
                sys.stdout.write(f"{line_of(verdict)}\n")
                sys.stdout.flush()
            sys.stderr.write(f"{case.name}, {effort.engine}: {time.process_time() - began:.1f} s\n")
    if not (asked.quick or asked.only or asked.engine):
        seconds = [each for twin in twins() for each in opinions(twin)]
        PAGE.write_text(page_of(found, seconds), encoding="utf-8")
    return int(any(verdict.said != "agrees" for verdict in found))


if __name__ == "__main__":
    sys.exit(main())
