"""What a ledger says of the sweep it belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from kzsim.experiments.identity import model_version
from kzsim.experiments.sweeps.ledger import About, PointRow
from kzsim.experiments.sweeps.points import Checked, sweep_digest


def describe(checked: Checked) -> About:
    """The sweep's identity, title and size."""
    sweep = checked.points.sweep
    return About(
        digest=sweep_digest(checked),
        model=model_version(),
        title=sweep.title,
        points=len(checked.points),
        replications=sweep.replications,
    )


def point_rows(checked: Checked) -> Iterator[PointRow]:
    """Digest and values of each point, in order, made one after the other."""
    for number, digest in enumerate(checked.digests):
        yield PointRow(digest, checked.points.values(number))
