"""The targets of ``queueing.yaml``.

The file holds exact results of queueing theory (balance equations or closed forms) and two published
examples. A target is named by its path: section, the entry's id (or its number), its key, and its
number in a list or its name in a map.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("queueing.yaml")

INPUTS = {
    "id", "note", "lambda_per_h", "mu_per_h", "servers", "rho", "service", "lambda", "mu", "K", "B",
    "lambda_s", "N", "c", "lambda_mu_f_r", "tolerance_min",
}  # fmt: skip
"""Keys of an entry that describe the model; all others are targets."""


@cache
def entries() -> dict[str, dict[str, Any]]:
    """Every entry of the file by its path."""
    sections = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {
        f"{section}.{entry.get('id', number)}": entry
        for section, given in sections.items()
        for number, entry in enumerate(given)
    }


@cache
def targets() -> dict[str, float]:
    """Theory's number by path."""
    found: dict[str, float] = {}
    for path, entry in entries().items():
        for key, value in entry.items():
            if key not in INPUTS:
                found.update(_leaves(f"{path}.{key}", value))
    return found


def _leaves(path: str, value: Any) -> dict[str, float]:
    if isinstance(value, list):
        return {f"{path}.{i}": float(each) for i, each in enumerate(value)}
    if isinstance(value, dict):
        return {f"{path}.{key}": float(each) for key, each in value.items()}
    return {path: float(value)}
