"""A stored comparison made again, with another engine, and its outcomes compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kzsim.engines.choice import Choice
from kzsim.experiments.comparisons.plan import ComparisonPlan, plan_comparison
from kzsim.experiments.comparisons.side_by_side import SideBySide
from kzsim.experiments.errors import ResultsError
from kzsim.experiments.replications import Progress
from kzsim.experiments.verification import Reproduction
from kzsim.experiments.warmup import make_ready
from kzsim.experiments.worlds import in_turn

if TYPE_CHECKING:
    from kzsim.scenario import Scenario


def plan_again(
    scenarios: Sequence[Scenario], manifest: Mapping[str, Any], replications: int | None
) -> ComparisonPlan:
    """The plan of a stored comparison's first ``replications`` (None: all). Raises ResultsError."""
    made = int(manifest["replications"])
    return plan_comparison(
        scenarios[0],
        scenarios[1:],
        names=tuple(manifest["names"]),
        replications=min(replications or made, made),
        by_measure=bool(manifest["by_measure"]),
        unchanged_within_h=float(manifest["unchanged_within_h"]),
    )


def reproduce_comparison(
    plan: ComparisonPlan,
    manifest: Mapping[str, Any],
    choice: Choice,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Reproduction:
    """Make the planned replications again and compare each world's outcome with the stored one.

    Raises ResultsError if the manifest has no outcomes to compare with, and what a run raises.
    """
    stored: dict[str, list[str]] = dict(manifest["outcomes"])
    if len(stored) != len(plan.worlds) or any(len(one) < plan.replications for one in stored.values()):
        raise ResultsError(
            "The manifest does not hold the outcome of every replication: there is nothing to compare with.",
            "Compare again with this version of kzsim.",
        )
    if choice.compiled:
        make_ready()
    worlds = SideBySide(plan, choice.engine, compiled=choice.compiled)
    different: list[tuple[int, str]] = []
    threads = jobs if choice.compiled else 1
    with in_turn(worlds.run, range(plan.replications), threads, worlds.stop) as answers:
        for together in answers:
            number = together.replication
            different += [
                (number, name)
                for (name, hashes), found in zip(stored.items(), together.hashes, strict=True)
                if hashes[number] != found
            ]
            if progress is not None:
                progress(number + 1, plan.replications)
    return Reproduction(plan.replications, tuple(different))
