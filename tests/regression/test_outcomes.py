"""The shipped scenarios give what they gave: the same bytes on every machine and Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kzsim import compiled
from kzsim.engines import kernel, reference
from tests.regression.outcomes import STORED, hash_of, names

AVX512 = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"


def stored() -> dict[str, str]:
    found: dict[str, str] = json.loads(STORED.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", names())
def test_a_shipped_scenario_gives_what_it_gave(name: str) -> None:
    """To renew after a change on purpose: python -m tests.regression.outcomes, and say why."""
    assert hash_of(name) == stored()[name]


BY_KERNEL = """
from kzsim import compiled
from tests.regression.outcomes import hash_of

assert compiled.in_use()
print(hash_of("minimal.yaml"))
"""
BY_NUMPY = """
from kzsim import compiled
from kzsim.engines import reference
from tests.regression.outcomes import hash_of

assert not compiled.in_use()
print(hash_of("minimal.yaml", reference))
"""


def printed(script: str, **environment: str) -> str:
    """What a Python of its own says, in which NumPy's AVX-512 paths are switched off."""
    found = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "NPY_DISABLE_CPU_FEATURES": AVX512, "PYTHONWARNINGS": "ignore", **environment},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip()


@pytest.mark.skipif(not compiled.IS_COMPILED, reason="needs a compiler")
def test_the_kernel_gives_the_same_bytes_when_numpy_has_other_vector_units() -> None:
    assert printed(BY_KERNEL) == stored()["minimal.yaml"]


def test_draws_by_numpy_give_the_same_bytes_with_other_vector_units() -> None:
    """Without a compiler NumPy makes all random numbers, and their logarithms and exponentials."""
    assert printed(BY_NUMPY, NUMBA_DISABLE_JIT="1") == stored()["minimal.yaml"]


def both_engines(name: str) -> tuple[str, str]:
    return hash_of(name, reference), hash_of(name, kernel)


def test_both_engines_agree_on_the_smallest_scenario() -> None:
    first, second = both_engines("minimal.yaml")
    assert first == second


@pytest.mark.study
@pytest.mark.parametrize("name", names())
def test_both_engines_agree_on_every_shipped_scenario(name: str) -> None:
    first, second = both_engines(name)
    assert first == second
