"""What a column and a result file are, and the columns that several files share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kzsim.indicators.catalogue import NOUN

Kind = Literal["text", "whole number", "number", "yes/no", "time"]


@dataclass(frozen=True)
class Column:
    """One column of a result file."""

    name: str
    kind: Kind
    unit: str
    definition: str


@dataclass(frozen=True)
class Table:
    """One result file: what a row is, and its columns in order."""

    name: str
    file: str
    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)


CELL = (
    Column("crossing", "text", "", "Crossing (both sides of it)."),
    Column("mode", "text", "", "`road` or `rail`."),
    Column("direction", "text", "", "`kz_to_cn` or `cn_to_kz`."),
    Column(
        "class",
        "text",
        "",
        "`all`; `loaded` (no empties); `agricultural` (farm goods; on rail grain); `rest` "
        "(all others; on rail all other loaded trains); one class of cargo; or `from_<crossing>` (all who "
        "chose this crossing and usually use that one). Of other legs of a journey: "
        "`at_home` (everybody from the booking in the electronic queue to the arrival at the border), "
        "`in_yard` (trucks that wait in China for a load) and each of these with `_agricultural` and "
        "`_rest`. No other class holds anything of them. A load's wait for a truck is part of its crossing: "
        "`account_pairing`.",
    ),
    Column(
        "corridor",
        "text",
        "",
        "`all`, `user` (eligible, compliant, and a corridor in force there), `eligible_nonuser`, or `other`.",
    ),
)
FLOW = CELL[:3]

UNIT = Column("unit", "text", "", "Unit of the indicator.")
N_COHORT = Column("n", "whole number", NOUN, "Cohort of the cell, summed over the replications.")
ACCOUNT = (
    Column("account", "text", "", "Account, see Accounts."),
    Column("nature", "text", "", "`work` or `wait`."),
)
COMPARED_INDICATOR = Column(
    "indicator",
    "text",
    "",
    "`crossing_time`, `delay` (against the base's free-flow time), `share_not_through`, "
    "`throughput_per_day` or `tonnes_per_day`.",
)
PAIRED_DIFFERENCE = Column(
    "difference", "number", "as `unit`", "alternative - base, same entities, mean over the replications."
)
COMPARED_REPLICATIONS = Column("replications", "whole number", "", "Replications compared.")


def paired_interval(unit: str) -> tuple[Column, Column]:
    """The ends of a paired interval in that unit."""
    return (
        Column("low", "number", unit, "Lower end of its paired 95 % interval; empty: no interval."),
        Column("high", "number", unit, "Upper end of that interval."),
    )
