"""Four figures of numbers made by hand, as they looked when somebody last looked at them.

To renew them after a change on purpose (then look at each): ``python -m tests.regression.figures.baselines``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kzsim.experiments.studies import Study
from kzsim.figures.catalogue import FIGURES, figure_bytes
from kzsim.language import speaker
from tests.figure_cases import comparison_study, run_study, sweep_study

FOLDER = Path(__file__).parent
FOUR: dict[str, tuple[str, Callable[[], Study]]] = {
    "map": ("map", run_study),
    "crossing_time_road": ("crossing_time", run_study),
    "gains_standard_road": ("gains", comparison_study),
    "sweep_lines_road": ("sweep_lines", sweep_study),
}
"""By name of the figure: its kind, and of what it is drawn."""


def drawn(name: str) -> bytes:
    """The figure of that name as PNG."""
    kind, study = FOUR[name]
    (found,) = [one for one in FIGURES[kind].draw(study(), speaker()) if one.name == name]
    return figure_bytes(found, "png")


if __name__ == "__main__":
    for name in FOUR:
        (FOLDER / f"{name}.png").write_bytes(drawn(name))
