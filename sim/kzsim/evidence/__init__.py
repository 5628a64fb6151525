"""What is known about the crossings: every figure with unit, range, grade and sources.

The files in ``data`` are read when first asked for, checked as a whole, and kept. Everything handed out is
frozen. ``docs/evidence.md`` tells what stands in which file and how it is to be read.
"""

from kzsim.evidence.conventions import Conventions, conventions
from kzsim.evidence.corridor import Change, Compliance, CorridorMenu, Existing, Measure, Uptake, corridor
from kzsim.evidence.crossings import crossings, holiday_rule, time_zones
from kzsim.evidence.demand import (
    ALL_TRUCKS,
    Profile,
    Profiles,
    RailDemand,
    RailFlow,
    RoadDemand,
    RoadFlow,
    demand,
    profiles,
    rail_demand,
    rail_years,
    road_demand,
)
from kzsim.evidence.episodes import Disruptions, Episode, disruptions
from kzsim.evidence.errors import EvidenceError
from kzsim.evidence.explain import Explanation, changed_words, explain, meaning
from kzsim.evidence.facts import MS_PER_UNIT, SCENARIO_GRADE, Fact, Period, Spread, facts, split_quantity
from kzsim.evidence.levers import FACTOR, Lever, lever, levers
from kzsim.evidence.parameters import (
    ANY_CROSSING,
    Parameters,
    Taken,
    entry_for,
    general_key,
    requestable_keys,
)
from kzsim.evidence.places import ClosedDate, Crossing, Hours, Place, Rail, TimeZones
from kzsim.evidence.records import Target, Tolerance, macro, targets
from kzsim.evidence.sources import Source, sources

__all__ = [
    "ALL_TRUCKS",
    "ANY_CROSSING",
    "FACTOR",
    "MS_PER_UNIT",
    "SCENARIO_GRADE",
    "Change",
    "ClosedDate",
    "Compliance",
    "Conventions",
    "CorridorMenu",
    "Crossing",
    "Disruptions",
    "Episode",
    "EvidenceError",
    "Existing",
    "Explanation",
    "Fact",
    "Hours",
    "Lever",
    "Measure",
    "Parameters",
    "Period",
    "Place",
    "Profile",
    "Profiles",
    "Rail",
    "RailDemand",
    "RailFlow",
    "RoadDemand",
    "RoadFlow",
    "Source",
    "Spread",
    "Taken",
    "Target",
    "TimeZones",
    "Tolerance",
    "Uptake",
    "changed_words",
    "conventions",
    "corridor",
    "crossings",
    "demand",
    "disruptions",
    "entry_for",
    "explain",
    "facts",
    "general_key",
    "holiday_rule",
    "lever",
    "levers",
    "macro",
    "meaning",
    "profiles",
    "rail_demand",
    "rail_years",
    "requestable_keys",
    "road_demand",
    "sources",
    "split_quantity",
    "targets",
    "time_zones",
]
