"""Every random number of a run: what each entity is, when it comes and how long its steps take.

No engine draws anything. ``draw`` defines all entities of a replication beforehand, from streams
that are keyed by (seed, replication, source, purpose) and addressed by the entity's index, so
that two scenarios with the same seed see the same entities with the same luck.
"""

from kzsim.draws.draw import draw
from kzsim.network.entities import SKIPPED, Entities

__all__ = ["SKIPPED", "Entities", "draw"]
