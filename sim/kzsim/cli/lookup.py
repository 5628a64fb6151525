"""Finds what a key of `kzsim explain` names: of a scenario, of the evidence, a measure or of the results."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kzsim import scenario
    from kzsim.cli.held import Held
    from kzsim.evidence.explain import Explanation as EvidenceExplanation
    from kzsim.indicators.dictionary import Indicator, Table

BUNDLE = "green_corridors.<crossing>.bundle"
EPISODE = "disruptions.episodes."
MEASURE = "green_corridors.<crossing>.measures."


@dataclass(frozen=True)
class Found:
    """What a key names; several parts may be known of one key.

    ``held`` is what the evidence holds behind a key of a scenario; ``read`` whether the model reads
    the entry of the evidence.
    """

    key: str
    scenario: scenario.Explanation | None = None
    held: tuple[Held, ...] = ()
    evidence: EvidenceExplanation | None = None
    read: bool = True
    indicator: Indicator | None = None
    table: Table | None = None

    def document(self) -> dict[str, Any]:
        """Return all of it as data."""
        parts = {
            "scenario": self.scenario,
            "evidence": self.evidence,
            "indicator": self.indicator,
            "table": self.table,
        }
        known: dict[str, Any] = {name: asdict(part) for name, part in parts.items() if part is not None}
        if self.evidence is not None:
            known["evidence"]["read_by_the_model"] = self.read
        held = {"held": [asdict(item) for item in self.held]} if self.held else {}
        return {"key": self.key, **known, **held}


def find(key: str, year: int | None) -> Found | None:
    """Return what `key` names, or None. Raises EvidenceError for a year without an entry."""
    from kzsim import border, scenario
    from kzsim.cli.held import held
    from kzsim.evidence import conventions, corridor
    from kzsim.indicators.dictionary import INDICATORS, TABLES
    from kzsim.scenario import words

    asked = key
    if key in corridor().measures:
        key = MEASURE + key
    elif key in words.bundle_names():
        key = BUNDLE
    elif key in words.episode_names():
        key = EPISODE + key
    in_scenario = scenario.explain(key)
    if in_scenario is not None:
        behind = in_scenario.evidence_key
        known = behind is not None and behind in evidence_keys()
        if key.startswith("parameters.") and not known:
            return None
        return Found(
            asked,
            scenario=in_scenario,
            held=held(key, year or conventions().base_year),
            evidence=_evidence(behind, year) if behind and known else None,
            read=not known or behind is None or border.reads(behind),
        )
    if key.partition("@")[0] in evidence_keys():
        return Found(key, evidence=_evidence(key, year), read=border.reads(key))
    for table in TABLES:
        if key in (table.name, table.file):
            return Found(key, table=table)
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


def nearest(key: str) -> str | None:
    """Return the known key most like `key`, or None if none is near."""
    from kzsim.evidence import corridor, crossings
    from kzsim.indicators.dictionary import INDICATORS, TABLES
    from kzsim.scenario import words
    from kzsim.scenario.schema import ScenarioFile, known_keys

    names = [*known_keys(ScenarioFile), *corridor().measures, *corridor().bundles, *crossings()]
    names += words.episode_names()
    names += [*(item.name for item in INDICATORS), *(table.name for table in TABLES)]
    close = get_close_matches(key, [*names, *evidence_keys()], n=1, cutoff=0.7)
    return close[0] if close else None
