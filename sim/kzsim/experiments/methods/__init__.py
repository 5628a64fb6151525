"""The statistical methods of experiments: numbers in, numbers and words out.

Pure functions over numpy arrays; nothing here runs a simulation, reads a file or knows a border. Each
function names its published source; docs/methods.md says for each what it assumes and how well it was
measured to keep its promise. Whatever a method cannot use raises ``MethodError``, whose text tells the
reader what would do.

====================================  ===========================================================
question                              functions
====================================  ===========================================================
What does the policy change?          ``paired_differences``, ``ratio_of_means``, ``max_t_factor``
Who wins, who loses?                  ``split``, ``winners_and_losers``
Are these enough replications?        ``precision`` with ``Target`` and ``Rounds``
Which alternative is best?            ``select_best``, ``two_stage_sizes``
Which parameters matter?              ``morris_design``, ``morris_effects``; ``sobol_design``,
                                      ``sobol_indices``; ``noise_of``, ``luck_of``
Does it help in every possible world? ``over_worlds``, ``partial_rank_correlations``,
                                      ``rank_correlations``
What is uncertain about a number?     ``ThreeIntervals``
Is the run-in long enough?            ``mser5``
====================================  ===========================================================
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kzsim.experiments.methods.deciding import Influence, partial_rank_correlations, rank_correlations
    from kzsim.experiments.methods.inputs import MethodError
    from kzsim.experiments.methods.luck import Luck, holm, luck_of
    from kzsim.experiments.methods.noise import Noise, noise_of
    from kzsim.experiments.methods.paired import PairedDifference, max_t_factor, paired_differences, verdict
    from kzsim.experiments.methods.proportions import quantile_of, share_of
    from kzsim.experiments.methods.ranges import Range, scaled
    from kzsim.experiments.methods.ratio import ratio_of_means
    from kzsim.experiments.methods.rounds import Precision, Reached, Rounds, Target, precision
    from kzsim.experiments.methods.run_in import RunIn, mser5
    from kzsim.experiments.methods.screening import (
        Effect,
        MorrisDesign,
        Screening,
        morris_design,
        morris_effects,
    )
    from kzsim.experiments.methods.selection import Selection, select_best, two_stage_sizes
    from kzsim.experiments.methods.unknowns import Met, ThreeIntervals, Unknown
    from kzsim.experiments.methods.variance import Index, SobolDesign, Variances, sobol_design, sobol_indices
    from kzsim.experiments.methods.winners import Split, WinnersAndLosers, split, winners_and_losers
    from kzsim.experiments.methods.worlds import Worlds, over_worlds

__all__ = [
    "Effect",
    "Index",
    "Influence",
    "Luck",
    "Met",
    "MethodError",
    "MorrisDesign",
    "Noise",
    "PairedDifference",
    "Precision",
    "Range",
    "Reached",
    "Rounds",
    "RunIn",
    "Screening",
    "Selection",
    "SobolDesign",
    "Split",
    "Target",
    "ThreeIntervals",
    "Unknown",
    "Variances",
    "WinnersAndLosers",
    "Worlds",
    "holm",
    "luck_of",
    "max_t_factor",
    "morris_design",
    "morris_effects",
    "mser5",
    "noise_of",
    "over_worlds",
    "paired_differences",
    "partial_rank_correlations",
    "precision",
    "quantile_of",
    "rank_correlations",
    "ratio_of_means",
    "scaled",
    "select_best",
    "share_of",
    "sobol_design",
    "sobol_indices",
    "split",
    "two_stage_sizes",
    "verdict",
    "winners_and_losers",
]

# Imported when first asked for: most commands need one of these modules, or none.
_HOME = {
    "Effect": "screening",
    "Index": "variance",
    "Influence": "deciding",
    "Luck": "luck",
    "Met": "unknowns",
    "MethodError": "inputs",
    "MorrisDesign": "screening",
    "Noise": "noise",
    "PairedDifference": "paired",
    "Precision": "rounds",
    "Range": "ranges",
    "Reached": "rounds",
    "Rounds": "rounds",
    "RunIn": "run_in",
    "Screening": "screening",
    "Selection": "selection",
    "SobolDesign": "variance",
    "Split": "winners",
    "Target": "rounds",
    "ThreeIntervals": "unknowns",
    "Unknown": "unknowns",
    "Variances": "variance",
    "WinnersAndLosers": "winners",
    "Worlds": "worlds",
    "holm": "luck",
    "luck_of": "luck",
    "max_t_factor": "paired",
    "morris_design": "screening",
    "morris_effects": "screening",
    "mser5": "run_in",
    "noise_of": "noise",
    "over_worlds": "worlds",
    "paired_differences": "paired",
    "partial_rank_correlations": "deciding",
    "precision": "rounds",
    "quantile_of": "proportions",
    "rank_correlations": "deciding",
    "ratio_of_means": "ratio",
    "scaled": "ranges",
    "select_best": "selection",
    "share_of": "proportions",
    "sobol_design": "variance",
    "sobol_indices": "variance",
    "split": "winners",
    "two_stage_sizes": "selection",
    "verdict": "paired",
    "winners_and_losers": "winners",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'kzsim.experiments.methods' has no attribute {name!r}")
    return getattr(import_module(f"kzsim.experiments.methods.{_HOME[name]}"), name)
