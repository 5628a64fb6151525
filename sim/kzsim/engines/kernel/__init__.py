"""The kernel: the same contract as the reference engine, over flat arrays, compiled by Numba."""

from kzsim.engines.kernel.engine import run

__all__ = ["run"]
