"""What the elements of a finished run have counted, as the tables of the observers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kzsim.engines.observers import COHORT, N_PHASES, Records, observers_of
from kzsim.engines.reference.elements import Element
from kzsim.engines.reference.parts import Alternative
from kzsim.engines.reference.tokens import Tokens
from kzsim.engines.reference.zones import Zone
from kzsim.network.observers import Observers
from kzsim.network.program import Program


def observers_of_run(
    program: Program,
    records: Records,
    elements: Sequence[Element],
    tokens: Sequence[Tokens],
    alternatives: Sequence[Alternative],
) -> Observers:
    """Count by group what was noted of every entity, and what elements, tokens and alternatives noted."""
    n, horizon_ms = program.n_groups, program.horizon_ms
    starts = np.zeros((n, N_PHASES, program.n_elements, 2), dtype=np.int64)
    for element in elements:
        for slot, counts in element.starts.items():
            starts[slot // N_PHASES, slot % N_PHASES, element.number] = counts
    place_ms = [zone.place_ms(horizon_ms) if isinstance(zone, Zone) else 0 for zone in elements]
    cohort = range(COHORT, n * N_PHASES, N_PHASES)
    bounded = program.bounded.tolist()
    gates = [elements[number] for number in program.no_show_gates.tolist()]
    return observers_of(
        program,
        records,
        starts[:, COHORT],
        np.array(place_ms, dtype=np.int64),
        np.array([each.idle_ms(horizon_ms) for each in tokens], dtype=np.int64),
        np.array([[one.picked[slot] for one in alternatives] for slot in cohort], np.int64).reshape(n, -1),
        np.array([[gate.no_shows[slot] for gate in gates] for slot in cohort], np.int64).reshape(n, -1),
        np.array(
            [[elements[at].within_ceilings[slot, klass] for at, klass in bounded] for slot in cohort],
            np.int64,
        ).reshape(n, -1),
    )
