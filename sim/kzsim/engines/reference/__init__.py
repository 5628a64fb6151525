"""The reference engine: the contract of ``docs/engine.md`` in SimPy, written to be read.

``engine`` has the journey of an entity and the rule of what happens at one instant, ``elements``
what each stage, gate and zone does when it may act, ``parts`` what they are made of.
"""

from kzsim.engines.reference.engine import run

__all__ = ["run"]
