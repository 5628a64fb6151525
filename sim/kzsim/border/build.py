"""From a scenario to the border as a network, with warnings on settings that do nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kzsim.border.assemble import assemble
from kzsim.border.overrides import replaced_overrides, unread_overrides

if TYPE_CHECKING:
    from kzsim.border.labels import Border
    from kzsim.scenario import Scenario


def build(scenario: Scenario) -> Border:
    """The network of a scenario, with what its numbers and names stand for.

    Raises EvidenceError if the evidence lacks something for the scenario's crossings and year.
    """
    border = assemble(scenario)
    if not scenario.overrides:
        return border
    warnings = (*unread_overrides(scenario, border), *replaced_overrides(scenario, border))
    said = tuple(problem.short for problem in warnings)
    return replace(border, warnings=warnings, notes=(*border.notes, *said))
