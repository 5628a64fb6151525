"""The canonical crossing: eight service stages, a blocking strip of ten places, two classes.

Every engine gets the same journeys: the same arrivals, classes and durations, drawn once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from kzsim.draws import draw
from kzsim.network import (
    Account,
    Arrivals,
    Calendar,
    Distribution,
    Entities,
    Kind,
    Network,
    Occupancy,
    Pool,
    Program,
    Route,
    ServiceStage,
    Source,
    Step,
    Work,
    Zone,
    compile_network,
)
from kzsim.network.model import MS_PER_HOUR, MS_PER_MINUTE

I64 = npt.NDArray[np.int64]

STAGES = 8
SERVERS = 3
PLACES = 10
STRIP_FROM = 4  # the strip is entered before this stage
STRIP_TO = 5  # and given up when service starts at this one
PER_HOUR = 60
MEAN_MS = 2.4 * MS_PER_MINUTE  # three servers at 60 an hour: 80 % of them are busy
WAITING = 10_000  # trucks that stand before the first stage where it has no capacity to spare


@dataclass(frozen=True)
class Crossing:
    """The crossing as a program, and the journeys as plain arrays.

    ``given`` has the durations as arrays, as other engines read them; ``drawn`` has not.
    """

    program: Program
    drawn: Entities

    @cached_property
    def given(self) -> Entities:
        return self.drawn.with_durations(self.drawn.duration_ms)

    @property
    def arrival_ms(self) -> I64:
        return self.drawn.arrival_ms

    @property
    def klass(self) -> I64:
        return self.drawn.klass.astype(np.int64)

    @property
    def duration_ms(self) -> I64:
        """int64 [trucks, stages]."""
        return self.drawn.duration_ms[0]

    @property
    def trucks(self) -> int:
        return self.drawn.count

    @property
    def truck_steps(self) -> int:
        return self.trucks * STAGES


def make_crossing(trucks: int, *, waiting: int = 0, growth: float = 1.0) -> Crossing:
    """About so many trucks; of these ``waiting`` come first and the first stage never catches up.

    ``growth`` multiplies demand and, so that the crossing stays the same, divides the durations.
    """
    hours = max(2, round((trucks - waiting) / PER_HOUR / growth))
    stages = [
        ServiceStage(f"s{i}", Account.INSPECTION, (Pool("p", Calendar.always(SERVERS)),))
        for i in range(STAGES)
    ]
    steps = tuple(Step(f"t{i}", f"s{i}") for i in range(STAGES))
    work = {step.name: Work(Distribution("lognormal", MEAN_MS / growth, 0.6)) for step in steps}
    if waiting:
        # as much work a truck as there is capacity: the crowd neither grows nor shrinks
        work["t0"] = Work(Distribution("lognormal", SERVERS * MS_PER_HOUR / PER_HOUR / growth, 0.6))
    edges, expected = (0, hours * MS_PER_HOUR), (hours * PER_HOUR * growth,)
    if waiting:
        edges, expected = (
            (0, MS_PER_HOUR, hours * MS_PER_HOUR),
            (float(waiting), (hours - 1) * PER_HOUR * growth),
        )
    kinds = (Kind("first", 0.3, "first", 0, work), Kind("other", 0.7, "other", 1, work))
    program = compile_network(
        Network(
            horizon_ms=hours * MS_PER_HOUR,
            classes=("first", "other"),
            stages=tuple(stages),
            zones=(Zone("strip", PLACES),),
            routes=(Route("way", steps, (Occupancy("strip", f"t{STRIP_FROM}", f"t{STRIP_TO}", "start"),)),),
            sources=(Source("trucks", "way", Arrivals("poisson", edges, expected), kinds),),
            n_groups=2,
            priority={("other", element): 1 for element in [s.name for s in stages] + ["strip"]},
        )
    )
    return Crossing(program, draw(program, 1, 0))
