"""What the command line asks for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Sizes and repetitions; slow engines get a share of the trucks, and time is taken per truck."""

    trucks: int = 200_000
    slow_trucks: int = 20_000
    repetitions: int = 5
    run: Path | None = None
    """A stored run of a year whose figures are drawn; None: one is made first."""
