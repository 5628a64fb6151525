"""Four figures look as they did when somebody last looked at them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from matplotlib.testing.compare import compare_images
from PIL import Image

from tests.regression.figures.baselines import FOLDER, FOUR, drawn

TOLERANCE = 3.0
"""Root mean square of the differences of all pixels, of 255. Other versions of the libraries that set letters
may move edges by a fraction of a pixel; words at another place are above it, as the last test shows."""


@pytest.mark.parametrize("name", FOUR)
def test_a_figure_looks_as_it_did(name: str, tmp_path: Path) -> None:
    """To renew after a change on purpose: python -m tests.regression.figures.baselines, and look at them."""
    found = tmp_path / f"{name}.png"
    found.write_bytes(drawn(name))
    assert compare_images(str(FOLDER / f"{name}.png"), str(found), tol=TOLERANCE) is None


def test_a_word_at_another_place_is_noticed(tmp_path: Path) -> None:
    before = np.asarray(Image.open(io.BytesIO((FOLDER / "map.png").read_bytes())).convert("RGB"))
    moved = before.copy()
    moved[: before.shape[0] // 6] = np.roll(before[: before.shape[0] // 6], 12, axis=1)
    other = tmp_path / "other.png"
    Image.fromarray(moved).save(other)
    assert compare_images(str(FOLDER / "map.png"), str(other), tol=TOLERANCE) is not None
