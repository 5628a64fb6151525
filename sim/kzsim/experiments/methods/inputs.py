"""What every method asks of its arrays and settings, refused in words before anything is computed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]


class MethodError(ValueError):
    """Arrays or settings that a method cannot use; the message says which and what would do."""


def matrix(values: npt.ArrayLike, rows: str, columns: str, least_columns: int = 1) -> F64:
    """``values`` as float64 [rows, columns]; raises MethodError if they are not that or hold an infinity.

    NaN is let through: it stands for "has none" and each method says what it does with it.
    """
    found = _numbers(values)
    if found.ndim != 2 or found.shape[0] < 1:
        raise MethodError(f"wanted an array [{rows}, {columns}], got shape {found.shape}")
    if found.shape[1] < least_columns:
        raise MethodError(f"at least {least_columns} {columns} are needed, there are {found.shape[1]}")
    return found


def vector(values: npt.ArrayLike, what: str) -> F64:
    """``values`` as float64 [what]; raises MethodError if they are not that or hold an infinity."""
    found = _numbers(values)
    if found.ndim != 1:
        raise MethodError(f"wanted an array [{what}], got shape {found.shape}")
    return found


def complete(values: F64, what: str) -> F64:
    """``values`` unchanged; raises MethodError naming the first row that has a NaN."""
    holes = np.isnan(values.reshape(len(values), -1)).any(axis=1)
    if holes.any():
        raise MethodError(f"{what} {int(np.argmax(holes))} has no value in some place; all are needed")
    return values


def same_shape(one: F64, other: F64, what: str) -> None:
    """Raise MethodError unless both arrays have one shape."""
    if one.shape != other.shape:
        raise MethodError(f"{what} must have the same shape, got {one.shape} and {other.shape}")


def share(value: float, name: str) -> float:
    """``value`` unchanged; raises MethodError unless it lies strictly between 0 and 1."""
    if not 0 < value < 1:
        raise MethodError(f"{name} must lie between 0 and 1, got {value}")
    return value


def _numbers(values: npt.ArrayLike) -> F64:
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise MethodError("wanted a rectangular array of numbers") from None
    if np.isinf(found).any():
        raise MethodError("an infinite value is none: leave it out or give NaN")
    return found
