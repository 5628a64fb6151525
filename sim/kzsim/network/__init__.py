"""The network language that both engines read: stages, gates, zones, routes, sources.

``model`` holds what a person (or ``kzsim.border``) builds, ``program`` the flat tables an engine
reads, ``compile`` the one function between them. The rule itself is in ``docs/engine.md``.
"""

from kzsim.network.check import NetworkError
from kzsim.network.compile import compile_network
from kzsim.network.entities import SKIPPED, Entities
from kzsim.network.model import (
    Account,
    Alternative,
    Arrivals,
    Batches,
    Calendar,
    ChoiceStage,
    Condition,
    DelayStage,
    DepartureStage,
    Distribution,
    GateStage,
    Kind,
    Need,
    Network,
    Occupancy,
    Outages,
    Pace,
    PairingStage,
    Pool,
    Refill,
    Route,
    ServiceStage,
    Source,
    StaffingRule,
    Step,
    Swing,
    Tokens,
    Work,
    Zone,
)
from kzsim.network.program import Program

__all__ = [
    "SKIPPED",
    "Account",
    "Alternative",
    "Arrivals",
    "Batches",
    "Calendar",
    "ChoiceStage",
    "Condition",
    "DelayStage",
    "DepartureStage",
    "Distribution",
    "Entities",
    "GateStage",
    "Kind",
    "Need",
    "Network",
    "NetworkError",
    "Occupancy",
    "Outages",
    "Pace",
    "PairingStage",
    "Pool",
    "Program",
    "Refill",
    "Route",
    "ServiceStage",
    "Source",
    "StaffingRule",
    "Step",
    "Swing",
    "Tokens",
    "Work",
    "Zone",
    "compile_network",
]
