"""The English words of keys in files, by context: each is translated as (context, English)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from kzsim.evidence import ANY_CROSSING, conventions, corridor, facts
from kzsim.evidence.explain import read_vocabulary
from kzsim.evidence.reader import packaged

_NO_UNITS = ("", "date", "flag", "rank", "ratio", "text")
"""What the evidence says in the place of a unit where a value has none."""

_FIXED: Mapping[str, Mapping[str, str]] = {
    "mode": {"road": "road", "rail": "rail"},
    "direction": {
        "kz_to_cn": "Kazakhstan to China",
        "cn_to_kz": "China to Kazakhstan",
        "both": "both directions",
    },
    "side": {"kz": "Kazakh side", "cn": "Chinese side", "between": "between the posts"},
    "place": {ANY_CROSSING: "all crossings"},
    "setting": {
        "demand": "Demand, all flows",
        "demand_of": "Demand, {place} ({mode})",
        "compliance": "Share of those eligible who meet the corridor's conditions",
        "compliance_at": "Share of those eligible who meet the corridor's conditions, {place}",
        "green_corridors": "Green corridors",
        "corridor_at": "Green corridor at {place}",
        "measure_at": "Green corridor at {place}: {measure}",
        "intake_kz_to_cn": "Trucks that China accepts a day, {place}",
        "intake_scale": "What China accepts, in % of the usual, {place}",
        "slots_kz_to_cn": "Train slots a day towards China, {place}",
        "slots_cn_to_kz": "Train slots a day towards Kazakhstan, {place}",
        "hours_kz": "Opening hours of the Kazakh post, {place}",
        "hours_cn": "Opening hours of the Chinese post, {place}",
    },
    "station": {
        "Alashankou": "Alashankou",
        "Altynkol": "Altynkol",
        "Dostyk": "Dostyk",
        "Khorgos": "Khorgos",
    },
    "class": {
        "all": "all",
        "loaded": "all loaded",
        "agricultural": "agricultural goods",
        "rest": "the rest",
        "perishable": "perishables",
        "grain_and_oilseed": "grain and oilseed",
        "other_agri": "other agricultural goods",
        "general": "general cargo",
        "empty": "empty trucks",
        "grain": "grain",
        "container": "containers",
        "boxcars": "boxcars",
        "other_bulk": "other bulk goods",
        "empties": "trains of empties",
        "at_home": "waiting at home",
        "at_home_agricultural": "agricultural goods, waiting at home",
        "at_home_rest": "the rest, waiting at home",
        "in_yard": "trucks waiting for a load",
        "in_yard_agricultural": "trucks of agricultural goods waiting for a load",
        "in_yard_rest": "other trucks waiting for a load",
    },
    "corridor": {
        "all": "all",
        "user": "corridor users",
        "eligible_nonuser": "eligible, not using the corridor",
        "other": "others",
    },
    "field": {
        "share": "share",
        "trucks": "trucks in the year",
        "load_t": "load, t",
        "trains_per_day": "trains a day",
        "wagons_per_train": "wagons a train",
        "net_t_per_train": "net load of a train, t",
        "teu_per_train": "TEU a train",
        "monthly_profile": "months as",
        "who": "for whom",
        "classes": "goods",
        "direction": "direction",
        "side": "side",
        "both_sides": "both sides",
        "open": "open",
        "to": "until",
        "clock": "clock",
        "kz": "Kazakh side",
        "cn": "Chinese side",
        "Saturday": "Saturdays",
        "Sunday": "Sundays",
    },
    "account": {
        "inspection": "inspection",
        "documents": "documents",
        "handling": "handling",
        "hold": "papers or samples held",
        "travel": "driving",
        "home": "between trips",
        "closed": "closed hours",
        "quota": "quota used up",
        "tokens": "equipment missing",
        "blocked": "no place ahead",
        "pairing": "waiting for a partner",
        "queue": "queue",
    },
    "binds": {
        "quota": "the intake quota",
        "hours": "the opening hours",
        "stage": "a stage",
        "zone": "places in a yard",
        "tokens": "equipment",
        "pairing": "the partner for the hand-over",
        "nothing": "nothing",
    },
    "distribution": {"exponential": "exponential", "lognormal": "lognormal", "normal": "normal"},
    "nature": {"work": "work", "wait": "waiting"},
    "verdict": {
        "gains": "gains",
        "loses": "loses",
        "no change": "no change",
        "undecided": "undecided",
    },
    "stage": {
        "approach": "drive to the post",
        "border_guard": "border guard",
        "cargo_places": "places for loads in the hand-over yard",
        "customs": "customs",
        "container_yard": "container yard",
        "documents": "documents",
        "documents_hold": "documents held",
        "documents_hold_extended": "documents held, extended hours",
        "entry_gate": "entry gate",
        "choice": "choice of a crossing",
        "outlook": "whether to wait for a load",
        "equeue": "electronic queue",
        "exam": "physical examination",
        "exit_gate": "exit gate",
        "front_boxcar": "boxcar front",
        "front_bulk": "bulk front",
        "front_container": "container front",
        "handover": "hand-over yard",
        "handover_warehouse": "warehouse of the hand-over yard",
        "inspection": "train inspection",
        "intake": "Chinese intake",
        "lab_hold": "laboratory hold",
        "line_paths": "paths on the line",
        "locomotive": "locomotive",
        "move": "way between windows",
        "neutral": "neutral strip",
        "pairing": "loads and trucks waiting for each other",
        "platforms": "platforms",
        "quarantine": "quarantine",
        "rebooking": "booking again",
        "receiving_tracks": "receiving tracks",
        "reception": "grain terminal",
        "release": "release from China",
        "run": "run between the stations",
        "sample_taken": "sample taken",  # in results of earlier versions
        "scan": "X-ray scan",
        "siding": "sidings",
        "slot": "train slots",
        "strip": "places on the neutral strip",
        "unloaded": "unloaded",
        "trip": "way to the border",
        "truck_places": "places for trucks in the hand-over yard",
        "waiting_area": "waiting area",
        "weighing": "weighing",
        "yard": "places inside the post",
        "yard_drive": "drive into the hand-over yard",
    },
    "indicator": {
        "arrivals_per_day": "arrivals",
        "throughput_per_day": "throughput",
        "tonnes_per_day": "net load",
        "teu_per_day": "loaded containers",
        "wagons_per_day": "loaded wagons",
        "wagons_with_empties_per_day": "wagons, with empties",
        "cohort": "number followed",
        "crossing_time": "crossing time",
        "crossing_time_p10": "crossing time that 10 % stay below",
        "crossing_time_p50": "crossing time that 50 % stay below",
        "crossing_time_p90": "crossing time that 90 % stay below",
        "crossing_time_p95": "crossing time that 95 % stay below",
        "share_not_through": "share not through",
        "share_within_24h": "share through within 24 h",
        "share_within_48h": "share through within 48 h",
        "share_within_72h": "share through within 72 h",
        "free_flow_time": "free-flow time",
        "delay": "delay",
        "stay": "stay",
        "pairing_p95": "waiting for a partner, P95",
        "inside_at_end": "inside at the end",
        "inside_growth": "growth of the number inside",
        "unabsorbed_share": "share of arrivals not taken off",
        "tfi1_kz": "hours at the Kazakh post (TFI1)",
        "tfi1_cn": "hours at the Chinese post (TFI1)",
        "tfi1_kz_p50": "median hours at the Kazakh post (TFI1)",
        "tfi1_cn_p50": "median hours at the Chinese post (TFI1)",
        "tfi2_kz": "cost of passing the Kazakh post (TFI2)",
        "tfi2_cn": "cost of passing the Chinese post (TFI2)",
        "tfi2_kz_p50": "median cost of passing the Kazakh post (TFI2)",
        "tfi2_cn_p50": "median cost of passing the Chinese post (TFI2)",
        "time_cost": "cost of the crossing time",
        "time_cost_p50": "cost of the median crossing time",
        "perishables_warm_share": "share of the time of perishables in warm months",
        "perishables_lost_t_per_day": "perishables lost by delay, tonnes",
        "perishables_lost_usd_per_day": "perishables lost by delay, value",
        "share_changed": "share that chose another crossing",
        "out_of_turn_per_day": "slots out of turn by goods",
        "paid_per_day": "slots out of turn for money",
        **{
            f"account_{name}": f"time spent: {words_}"
            for name, words_ in (
                ("inspection", "inspection"),
                ("documents", "documents"),
                ("handling", "handling"),
                ("hold", "papers or samples held"),
                ("travel", "driving"),
                ("home", "between trips"),
                ("closed", "closed hours"),
                ("quota", "quota used up"),
                ("tokens", "equipment missing"),
                ("blocked", "no place ahead"),
                ("pairing", "waiting for a partner"),
                ("queue", "queue"),
            )
        },
    },
    "unit": {
        "h": "h",
        "min": "min",
        "days": "days",
        "share": "share",
        "trucks": "trucks",
        "trains": "trains",
        "trucks/day": "trucks per day",
        "trucks/year": "trucks per year",
        "trains/day": "trains per day",
        "t": "t",
        "t/day": "t per day",
        "TEU/day": "TEU per day",
        "wagons/day": "wagons per day",
        "USD": "USD",
        "USD/day": "USD per day",
    },
}


@cache
def words(context: str) -> Mapping[str, str]:
    """English words by key. Raises ValueError for a context without words."""
    match context:
        case "unit":
            return MappingProxyType({**_evidence_units(), **_FIXED[context]})
        case _ if context in _FIXED:
            return MappingProxyType(dict(_FIXED[context]))
        case "grade":
            return MappingProxyType({name: name for name in conventions().grades})
        case "measure":
            return MappingProxyType({name: measure.what for name, measure in corridor().measures.items()})
        case "parameter":
            return MappingProxyType(_parameters())
    raise ValueError(f"no words for {context!r}; there are those for {', '.join(contexts())}")


def contexts() -> tuple[str, ...]:
    """Every context that ``words`` knows."""
    return (*_FIXED, "grade", "measure", "parameter")


def _evidence_units() -> dict[str, str]:
    used = [fact.unit for fact in facts().values()]
    used += [change.unit for measure in corridor().measures.values() for change in measure.changes]
    return {unit: unit for unit in used if unit not in _NO_UNITS}


def _parameters() -> dict[str, str]:
    """By mode and name (``road.scan.time``), costs and switches of a corridor by their name."""
    vocabulary = read_vocabulary(packaged())
    found: dict[str, str] = {}
    for kind, names in vocabulary.names.items():
        for name, text in names.items():
            found[name if kind not in vocabulary.modes else f"{kind}.{name}"] = text
    return {**found, **vocabulary.switches}
