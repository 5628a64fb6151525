"""Finds what a key of `kzsim explain` names: of a scenario, of the evidence, a measure or an indicator."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kzsim import scenario
    from kzsim.evidence.explain import Explanation as EvidenceExplanation
    from kzsim.indicators.dictionary import Indicator

LONGEST_LIST = 60
MEASURE = "green_corridors.<crossing>.measures."


@dataclass(frozen=True)
class Found:
    """What a key names; several parts may be known of one key."""

    key: str
    scenario: scenario.Explanation | None = None
    evidence: EvidenceExplanation | None = None
    indicator: Indicator | None = None

    def document(self) -> dict[str, Any]:
        """Return all of it as data."""
        parts = {"scenario": self.scenario, "evidence": self.evidence, "indicator": self.indicator}
        return {"key": self.key} | {name: asdict(part) for name, part in parts.items() if part is not None}


def find(key: str, year: int | None) -> Found | None:
    """Return what `key` names, or None. Raises EvidenceError for a year without an entry."""
    from kzsim import scenario
    from kzsim.evidence import corridor
    from kzsim.indicators.dictionary import INDICATORS

    in_scenario = scenario.explain(key)
    if in_scenario is None and key in corridor().measures:
        in_scenario = scenario.explain(MEASURE + key)
    if in_scenario is not None:
        behind = in_scenario.evidence_key
        known = behind is not None and behind in evidence_keys()
        if key.startswith("parameters.") and not known:
            return None
        return Found(
            key, scenario=in_scenario, evidence=_evidence(behind, year) if behind and known else None
        )
    if key.partition("@")[0] in evidence_keys():
        return Found(key, evidence=_evidence(key, year))
    for indicator in INDICATORS:
        if indicator.name == key:
            return Found(key, indicator=indicator)
    return None


def _evidence(key: str, year: int | None) -> EvidenceExplanation:
    from kzsim.evidence.explain import explain

    return explain(key, year)


def evidence_keys() -> tuple[str, ...]:
    """Return every key of the evidence, without years, sorted."""
    from kzsim.evidence.parameters import requestable_keys

    return requestable_keys()


def holding(text: str) -> tuple[str, ...]:
    """Return the keys of the evidence that contain `text`; those of single crossings only if it names one."""
    found = tuple(key for key in evidence_keys() if text in key)
    general = tuple(key for key in found if ".all." in key or key.startswith("cost."))
    return found if len(found) <= LONGEST_LIST or not general else general


def nearest(key: str) -> str | None:
    """Return the known key most like `key`, or None if none is near."""
    from kzsim.evidence import corridor
    from kzsim.indicators.dictionary import INDICATORS
    from kzsim.scenario.schema import ScenarioFile, known_keys

    names = [*known_keys(ScenarioFile), *corridor().measures, *(item.name for item in INDICATORS)]
    close = get_close_matches(key, [*names, *evidence_keys()], n=1, cutoff=0.7)
    return close[0] if close else None
