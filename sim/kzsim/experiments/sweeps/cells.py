"""What the numbers of a stored result stand for: the names of its indicators and the keys of its cells.

They are kept with every result, so that a ledger can be read without building a model again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.experiments.sweeps.payload import Array, PayloadError, decode, encode
from kzsim.indicators.catalogue import INDICATORS
from kzsim.indicators.layout import Layout
from kzsim.indicators.summary import Summary

Key = tuple[str, str, str, str, str]
"""Crossing, mode, direction, class and role in a corridor."""

_VALUES, _COHORT, _NAMES = "values", "cohort", "names"
_WORD = 8
_KEY_PARTS = 5


@dataclass(frozen=True)
class Names:
    """Rows and columns of a result."""

    cells: tuple[Key, ...]
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Stored:
    """One replication of one point as the ledger has it.

    ``values``: float64 [cells, indicators], NaN where there is none. ``cohort``: int64 [cells].
    ``packed`` is the text of the names, equal for results with the same names.
    """

    values: npt.NDArray[np.float64]
    cohort: npt.NDArray[np.int64]
    packed: bytes


def payload_of(layout: Layout, summary: Summary) -> bytes:
    """What is kept of a replication: the indicators of all cells, and how many are followed in each."""
    cells = [cell.key for cell in layout.cells]
    text = json.dumps(
        {"cells": cells, "indicators": [one.name for one in INDICATORS]},
        ensure_ascii=True,
        separators=(",", ":"),
    )
    return encode(
        {
            _VALUES: np.asarray(summary.values, dtype=np.float64),
            _COHORT: np.asarray(summary.cohort, dtype=np.int64),
            _NAMES: _pack(text),
        }
    )


def stored(payload: bytes) -> Stored:
    """What a payload holds. Raises PayloadError if it is no result of a sweep."""
    arrays = decode(payload)
    if arrays.keys() != {_VALUES, _COHORT, _NAMES}:
        raise PayloadError(f"a result of a sweep holds other arrays than {', '.join(sorted(arrays))}")
    values, cohort, names = arrays[_VALUES], arrays[_COHORT], arrays[_NAMES]
    kinds = "".join(array.dtype.kind for array in (values, cohort, names))
    if kinds != "fii" or values.ndim != 2 or cohort.shape != values.shape[:1]:
        raise PayloadError("the arrays of a result do not fit together")
    return Stored(values.astype(np.float64, copy=False), cohort.astype(np.int64, copy=False), names.tobytes())


def names_of(found: Stored) -> Names:
    """Its names. Raises PayloadError if they are not those of its rows and columns."""
    try:
        document = json.loads(found.packed.decode("ascii"))
        cells = tuple(tuple(str(part) for part in key) for key in document["cells"])
        indicators = tuple(str(name) for name in document["indicators"])
    except (ValueError, KeyError, TypeError) as error:
        raise PayloadError("a result does not say what its numbers are") from error
    if (len(cells), len(indicators)) != found.values.shape or {len(key) for key in cells} - {_KEY_PARTS}:
        raise PayloadError("a result names other cells or indicators than it has")
    return Names(tuple((a, b, c, d, e) for a, b, c, d, e in cells), indicators)


def _pack(text: str) -> Array:
    """The text in whole numbers of eight bytes, blanks at its end."""
    data = text.encode("ascii")
    padded = data.ljust(-(-len(data) // _WORD) * _WORD)
    return np.frombuffer(padded, dtype="<i8").astype(np.int64)
