"""The tables of choices; see ``network.compile``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kzsim.network.model import ChoiceStage, Network, Route, Stage, Turns, Zone
from kzsim.network.program import I64, NONE

_NO_TURNS = Turns((), ())


@dataclass(frozen=True)
class ChoiceTables:
    """See ``Program``; all of length 0 in a network without choices."""

    names: tuple[str, ...]
    ptr: I64
    stage: I64
    interval_ms: I64
    turn_ptr: I64
    turn_at_ms: I64
    turn_places: I64
    step_alternative: I64
    step_given: I64


def choice_tables(network: Network, elements: Sequence[Stage | Zone]) -> ChoiceTables:
    """What each choice offers, and which steps of routes offer it or depend on it."""
    choices = [(e.name, e.alternatives) for e in elements if isinstance(e, ChoiceStage)]
    if not choices:
        return ChoiceTables((), *(np.zeros(0, dtype=np.int64) for _ in range(8)))
    number = {element.name: i for i, element in enumerate(elements)}
    flat = [(f"{choice}/{one.name}", one) for choice, alternatives in choices for one in alternatives]
    row = {name: i for i, (name, _) in enumerate(flat)}
    counts = [len(e.alternatives) if isinstance(e, ChoiceStage) else 0 for e in elements]
    turns = [one.turns or _NO_TURNS for _, one in flat]
    steps = [step for route in network.routes for step in route.steps]
    return ChoiceTables(
        names=tuple(row),
        ptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        stage=np.array([number[one.stage] for _, one in flat], dtype=np.int64),
        interval_ms=np.array([one.interval_ms for _, one in flat], dtype=np.int64),
        turn_ptr=np.concatenate([[0], np.cumsum([len(of.at_ms) for of in turns])]).astype(np.int64),
        turn_at_ms=np.concatenate([np.array(of.at_ms, dtype=np.int64) for of in turns]),
        turn_places=np.concatenate([np.cumsum(of.number, dtype=np.int64) for of in turns]),
        step_alternative=np.array(
            [row[f"{s.stage}/{s.alternative}"] if s.alternative else NONE for s in steps], dtype=np.int64
        ),
        step_given=np.array([given for route in network.routes for given in _given(route)], dtype=np.int64),
    )


def _given(route: Route) -> list[int]:
    number = {step.name: i for i, step in enumerate(route.steps)}
    return [number[step.given] if step.given else NONE for step in route.steps]
