"""What all tests share."""

from __future__ import annotations

import pytest

from kzsim import compiled
from kzsim.experiments.warmup import make_ready


@pytest.fixture(scope="session", autouse=True)
def _kernel_is_compiled() -> None:
    """Compile once, before the first test: else every small job takes the reference engine instead."""
    if compiled.in_use():
        make_ready()
