"""Several borders, the same trucks and trains: planned, made, put into words, stored.

The way from scenarios to a folder::

    plan = plan_comparison(base, [alternative], names=("base.yaml", "alternative.yaml"))
    result = execute_comparison(plan, choose_for(plan), jobs=2)
    path = store_comparison(Path("results") / plan.folder, plan, result, command="kzsim compare ...")
    result = load_comparison(path)

``compare`` does the first two for a notebook. Errors: ``ComparisonError`` (``.message``, ``.remedy``) where
scenarios are not of the same entities, and what a run raises.
"""

from kzsim.experiments.comparisons.again import plan_again, reproduce_comparison
from kzsim.experiments.comparisons.errors import ComparisonError
from kzsim.experiments.comparisons.files import (
    is_comparison,
    load_comparison,
    store_comparison,
    stored_scenarios,
)
from kzsim.experiments.comparisons.plan import ComparisonPlan, plan_comparison
from kzsim.experiments.comparisons.result import Comparison
from kzsim.experiments.comparisons.runs import choose_for, compare, execute_comparison

__all__ = [
    "Comparison",
    "ComparisonError",
    "ComparisonPlan",
    "choose_for",
    "compare",
    "execute_comparison",
    "is_comparison",
    "load_comparison",
    "plan_again",
    "plan_comparison",
    "reproduce_comparison",
    "store_comparison",
    "stored_scenarios",
]
