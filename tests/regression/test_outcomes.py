"""The shipped scenarios give what they gave: the same bytes on every machine and Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kzsim.border import build
from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.experiments.once import outcome_hash
from kzsim.network import compile_network
from kzsim.scenario import load
from tests.regression.outcomes import SCENARIOS, STORED, hash_of, names

AVX512 = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"


def stored() -> dict[str, str]:
    found: dict[str, str] = json.loads(STORED.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", names())
def test_a_shipped_scenario_gives_what_it_gave(name: str) -> None:
    """To renew after a change on purpose: python -m tests.regression.outcomes, and say why."""
    assert hash_of(name) == stored()[name]


def test_the_same_bytes_come_out_with_other_vector_units() -> None:
    """In a process of its own, with NumPy's AVX-512 paths switched off."""
    code = "from tests.regression.outcomes import hash_of; print(hash_of('minimal.yaml'))"
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NPY_DISABLE_CPU_FEATURES": AVX512, "PYTHONWARNINGS": "ignore"},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == stored()["minimal.yaml"]


def both_engines(name: str) -> tuple[str, str]:
    scenario = load(str(SCENARIOS / name))
    program = compile_network(build(scenario).network)
    entities = draw(program, scenario.seed, 0)
    return outcome_hash(reference.run(program, entities)), outcome_hash(kernel.run(program, entities))


def test_both_engines_agree_on_the_smallest_scenario() -> None:
    first, second = both_engines("minimal.yaml")
    assert first == second


@pytest.mark.study
@pytest.mark.parametrize("name", names())
def test_both_engines_agree_on_every_shipped_scenario(name: str) -> None:
    first, second = both_engines(name)
    assert first == second
