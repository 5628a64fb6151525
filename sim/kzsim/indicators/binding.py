"""What limits a crossing: quota, hours, a stage or a full zone, from where the waiting hours lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.indicators.dictionary import NOTHING_BINDS_BELOW, account_name
from kzsim.indicators.layout import Layout, is_zone
from kzsim.network.model import WAIT_ACCOUNTS, Account

F64 = npt.NDArray[np.float64]

BINDS = {
    Account.QUOTA: "quota",
    Account.CLOSED: "hours",
    Account.QUEUE: "stage",
    Account.BLOCKED: "zone",
    Account.TOKENS: "tokens",
    Account.PAIRING: "pairing",
}


@dataclass(frozen=True)
class Binding:
    """What binds one flow; '' and NaN where a field does not apply. Shares are 0..1."""

    crossing: str
    mode: str
    direction: str
    binds: str
    account: str
    side: str
    stage: str
    element: str
    cause: str
    share_of_delay: float
    wait_share_of_stay: float
    utilisation: float
    text: str


def utilisation(layout: Layout, busy_ms: F64, capacity_ms: F64) -> dict[int, float]:
    """Servers' time held over that which there was, by element; both float [pools]."""
    capacity: dict[int, float] = {}
    busy: dict[int, float] = {}
    for number, pool in enumerate(layout.pools):
        capacity[pool.element] = capacity.get(pool.element, 0.0) + float(capacity_ms[number])
        busy[pool.element] = busy.get(pool.element, 0.0) + float(busy_ms[number])
    return {element: busy[element] / capacity[element] for element in busy if capacity[element] > 0}


def binding(layout: Layout, hours: F64, busy_ms: F64, capacity_ms: F64) -> tuple[Binding, ...]:
    """What binds each flow: on rail, its loaded trains.

    ``hours``: float [cells, elements, accounts], mean hours per entity of the cohort. ``busy_ms``,
    ``capacity_ms``: float [pools], servers' time held and servers' time that there was. The largest waiting
    account decides, the element where most of it passed is named.
    """
    used = utilisation(layout, busy_ms, capacity_ms)
    return tuple(_bind(layout, cell, hours[cell], used) for cell in layout.headlines)


def _bind(layout: Layout, cell: int, hours: F64, used: dict[int, float]) -> Binding:
    flow = layout.cells[cell].flow
    waits = [math.fsum(hours[:, account]) for account in WAIT_ACCOUNTS]
    wait, stay = math.fsum(waits), math.fsum(hours.ravel())
    part = wait / stay if stay > 0 else 0.0
    if part < NOTHING_BINDS_BELOW:
        text = f"nothing: {_per_cent(part)} of the stay is waiting"
        return Binding(*flow, "nothing", "", "", "", "", "", np.nan, part, np.nan, text)
    account = WAIT_ACCOUNTS[waits.index(max(waits))]
    share = max(waits) / wait
    element = int(np.argmax(hours[:, account]))
    label = layout.elements[element]
    where = label.spoken
    cause, busy = "", np.nan
    if account is Account.QUOTA:
        text = f"quota: {where}"
    elif account is Account.CLOSED:
        text = f"hours: most of it at {where}"
    elif account is Account.QUEUE:
        busy = used.get(element, np.nan)
        text = f"stage: {where}" + ("" if np.isnan(busy) else f", {_per_cent(busy)} busy")
    elif account is Account.BLOCKED:
        filler = _filler(layout, element, hours)
        text = f"zone: {where} is full"
        if filler is not None:
            cause = layout.element_names[filler]
            busy = used.get(filler, np.nan)
            text += f" because of {layout.elements[filler].spoken}"
    else:
        text = f"{BINDS[account]}: {where}"
    return Binding(
        *flow,
        BINDS[account],
        account_name(account),
        label.side,
        label.stage,
        layout.element_names[element],
        cause,
        share,
        part,
        busy,
        f"{text} ({_per_cent(share)} of waiting)",
    )


def _filler(layout: Layout, element: int, hours: F64) -> int | None:
    """The stage at or after a zone's entrance where most time is waited, else where most is spent."""
    stages = [stage for stage in layout.after[element] if not is_zone(layout, stage)]
    if not stages:
        return None
    waits = hours[:, list(WAIT_ACCOUNTS)].sum(axis=1)
    total = hours.sum(axis=1)
    return max(stages, key=lambda stage: (waits[stage], total[stage], -stage))


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f} %"
