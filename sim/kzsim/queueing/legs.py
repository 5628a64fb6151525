"""Sources whose entities come because of those of others: when these leave, or some time after they come."""

from __future__ import annotations

from dataclasses import dataclass

from kzsim.network import Arrivals, Distribution, NetworkError
from kzsim.queueing.checked import name_of
from kzsim.queueing.units import number


@dataclass(frozen=True)
class Following:
    """With each that leaves ``source`` after ``step``, None: its last; see :func:`following`."""

    source: str
    step: str | None


@dataclass(frozen=True)
class After:
    """Some time after those of source ``of``; see :func:`after`."""

    of: str
    by: Distribution
    share: float

    def until(self, horizon_ms: int) -> Arrivals:
        """For the network, whatever the horizon."""
        del horizon_ms
        return Arrivals("after", of=self.of, by=self.by, share=self.share)


def following(source: str, step: str | None = None) -> Following:
    """Each comes when one of ``source`` leaves, if the last step that this one has taken is ``step``.

    So one journey has several legs. ``step`` is a step of that source by its name (default: its last).
    """
    if step is not None:
        name_of("step", step)
    return Following(name_of("source", source), step)


def after(source: str, by: Distribution, *, share: float = 1.0) -> After:
    """For each that comes from ``source``, or for a share of them, one more as long after it as ``by`` says.

    Who comes after whom is not kept. Raises NetworkError if ``by`` is no distribution or the share not
    between 0 and 1.
    """
    where = f"after '{name_of('source', source)}'"
    if not isinstance(by, Distribution):
        raise NetworkError((f"{where}: by is {by!r}: give a distribution, as in exponential(hours(5))",))
    if number(f"{where}: share", share) > 1:
        raise NetworkError((f"{where}: the share is {share!r}: give a number between 0 and 1",))
    return After(source, by, share)
