"""Networks of queues of your own: build, run, read a table. Described in docs/networks.md.

A clinic with three doctors::

    from kzsim import queueing as q

    clinic = q.network(
        q.service("doctors", servers=3),
        q.source("patients", q.poisson(q.per_hour(6)), [q.step("doctors", q.exponential(q.minutes(20)))]),
    )
    table = q.run(clinic, duration=q.days(365), warm_up=q.days(5))
"""

from kzsim.experiments.errors import ReplicationDeadlockError
from kzsim.network import NetworkError
from kzsim.queueing.arrivals import at, batches, crowd, poisson, poisson_by, poisson_counts, regular, waiting
from kzsim.queueing.build import DeadlockWarning
from kzsim.queueing.calendars import changing, open_from, quota, staffed
from kzsim.queueing.choices import alternative, choice, pick
from kzsim.queueing.distributions import (
    empirical,
    erlang,
    exponential,
    fixed,
    gamma,
    lognormal,
    triangular,
    uniform,
    weibull,
)
from kzsim.queueing.legs import after, following
from kzsim.queueing.out_of_order import outage
from kzsim.queueing.parts import (
    Network,
    Part,
    delay,
    departure,
    gate,
    network,
    pairing,
    service,
    zone,
)
from kzsim.queueing.run import replicate, run
from kzsim.queueing.sources import holding, source, step
from kzsim.queueing.stocks import need, tokens
from kzsim.queueing.units import (
    Rate,
    Time,
    days,
    hours,
    minutes,
    per_day,
    per_hour,
    per_minute,
    seconds,
)
from kzsim.queueing.values import Key

__all__ = [
    "DeadlockWarning",
    "Key",
    "Network",
    "NetworkError",
    "Part",
    "Rate",
    "ReplicationDeadlockError",
    "Time",
    "after",
    "alternative",
    "at",
    "batches",
    "changing",
    "choice",
    "crowd",
    "days",
    "delay",
    "departure",
    "empirical",
    "erlang",
    "exponential",
    "fixed",
    "following",
    "gamma",
    "gate",
    "holding",
    "hours",
    "lognormal",
    "minutes",
    "need",
    "network",
    "open_from",
    "outage",
    "pairing",
    "per_day",
    "per_hour",
    "per_minute",
    "pick",
    "poisson",
    "poisson_by",
    "poisson_counts",
    "quota",
    "regular",
    "replicate",
    "run",
    "seconds",
    "service",
    "source",
    "staffed",
    "step",
    "tokens",
    "triangular",
    "uniform",
    "waiting",
    "weibull",
    "zone",
]
