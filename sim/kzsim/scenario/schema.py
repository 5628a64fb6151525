"""What may stand in a scenario file: one frozen model a section, every key explained below it.

The text below a field is what ``kzsim explain`` prints and what an editor shows. Values that depend
on each other are checked in ``resolve``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from kzsim.scenario import words
from kzsim.scenario.fields import (
    Day,
    Name,
    Names,
    OpeningHours,
    Quantity,
    Switch,
    Text,
    Whole,
    Year,
    dimension,
    refuse,
)
from kzsim.scenario.problems import listed
from kzsim.scenario.units import describe

_NO_DEMAND = (
    "with 0 % nothing would arrive; to leave a crossing out, take it out of simulate.road or simulate.rail"
)
_NO_QUOTA = (
    "a quota of zero lets nobody through, so that every truck would wait for ever; to leave the crossing "
    "out, take it out of simulate.road"
)
_NO_SLOTS = (
    "with no slots no loaded train would ever leave; to leave the crossing out, take it out of simulate.rail"
)

_NO_TRADE = "without any trade no truck would come; leave the key out to keep the year's"
_NO_TEU = "leave the key out to keep the year's containers"

CROSSING = Name("crossing", words.crossing_names)
MEASURE = Name("measure", words.measure_names)
BUNDLE = Name("bundle", words.bundle_names)
DIRECTION = Name("direction", words.directions)
SIDE = Name("side", words.sides)
MODE = Name("mode", words.modes)
WAY = Name("direction", words.ways)
CHANGE = Name("name of what changes", words.change_names)
ROAD_CROSSINGS = Names(
    Name("crossing with road", lambda: words.crossings_with("road"), "crossings with road")
)
RAIL_CROSSINGS = Names(
    Name("crossing with rail", lambda: words.crossings_with("rail"), "crossings with rail")
)

CrossingName = Annotated[str, CROSSING]
MeasureName = Annotated[str, MEASURE]
Percent = Annotated[float | None, Quantity(dimension("percent"), _NO_DEMAND)]
Duration = Annotated[float | None, Quantity(dimension("day"))]
TrainSlots = Annotated[float | None, Quantity(dimension("trains"), _NO_SLOTS)]
Hours = Annotated[tuple[tuple[int, int], ...] | None, OpeningHours()]


class Written(BaseModel):
    """Base of the sections: frozen, unknown keys refused, ``null`` is the same as unsaid."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_unsaid(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = known_keys(cls)
        return {key: value for key, value in data.items() if value is not None or key not in known}


class PeriodFile(Written):
    """The days simulated."""

    first: Annotated[date | None, Day()] = Field(default=None, alias="from")
    """First day of the run, on Kazakhstan's calendar; it starts at 00:00. Default: 1 January of `year`."""
    to: Annotated[date | None, Day()] = None
    """Last day of the run, on Kazakhstan's calendar, included. Default: 31 December of `year`."""


class SimulateFile(Written):
    """Which crossings are simulated."""

    road: Annotated[tuple[str, ...] | None, ROAD_CROSSINGS] = None
    """Crossings whose road traffic is simulated. Default: all that have road; `[]`: none."""
    rail: Annotated[tuple[str, ...] | None, RAIL_CROSSINGS] = None
    """Crossings whose rail traffic is simulated. Default: all that have rail; `[]`: none."""


class RoadFile(Written):
    """The road side of a crossing."""

    intake_kz_to_cn: Annotated[float | None, Quantity(dimension("trucks"), _NO_QUOTA)] = None
    """Trucks from Kazakhstan that the Chinese side accepts a day on which it is open. The slots of the
    electronic queue follow. Default: the evidence's quota with its periods."""
    intake_scale: Percent = None
    """What the Chinese side accepts in % of what it accepts otherwise, in each period of the evidence
    alike. Default: 100 %."""
    demand: Percent = None
    """Trucks of all classes and both directions, in % of the evidence's. Default: 100 %."""
    hours_kz: Hours = None
    """Opening hours of the Kazakh post for freight, on Kazakhstan's clock, every open day of the period."""
    hours_cn: Hours = None
    """Opening hours of the Chinese post for freight, on China's clock, every open day of the period."""


class RailFile(Written):
    """The rail side of a crossing."""

    demand: Percent = None
    """Trains of all classes and both directions, in % of the evidence's. Default: 100 %."""
    slots_kz_to_cn: TrainSlots = None
    """Loaded trains a day that China's railway accepts from Kazakhstan; 14.5 a day is 29 in two days."""
    slots_cn_to_kz: TrainSlots = None
    """Loaded trains a day that Kazakhstan's railway accepts from China; 14.5 a day is 29 in two days."""


class CrossingFile(Written):
    """One crossing."""

    road: RoadFile | None = None
    """Road settings of this crossing."""
    rail: RailFile | None = None
    """Rail settings of this crossing."""


class MeasureFile(Written):
    """A measure of a corridor: `on`, `off`, or where it is in force."""

    on: Annotated[bool, Switch()] = True
    """Whether the measure is in force."""
    directions: Annotated[tuple[str, ...] | None, Names(DIRECTION, 1)] = None
    """Directions in which the measure is in force. Default: all that the measure concerns."""
    sides: Annotated[tuple[str, ...] | None, Names(SIDE, 1)] = None
    """Sides on which the measure is in force. Default: all that the measure concerns."""

    @model_validator(mode="before")
    @classmethod
    def _word(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return data
        if isinstance(data, bool) or data in ("on", "off"):
            return {"on": data}
        raise refuse(f"expected on, off or a map such as {{directions: [kz_to_cn]}}, found {describe(data)}")


class CorridorFile(Written):
    """The green corridor of a crossing: the name of a bundle, or a map."""

    bundle: Annotated[str | None, BUNDLE] = None
    """The measures to start from: a bundle of the menu, `existing` (those in force on the first day of
    the period) or `none`. Default: none."""
    measures: dict[MeasureName, MeasureFile | None] = Field(default_factory=dict)
    """Measures switched on or off on top of the bundle, one by one."""
    compliance: Annotated[float | None, Quantity(dimension("share"))] = None
    """Share of the eligible trucks and trains that meet the corridor's conditions, in %. Default: the
    evidence's."""

    @model_validator(mode="before")
    @classmethod
    def _word(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return data
        if isinstance(data, str):
            return {"bundle": data}
        raise refuse(
            f"expected a bundle ({listed(words.bundle_names(), 'or')}) or a map such as "
            f"{{bundle: {words.bundle_names()[-1]}, compliance: 60 %}}, found {describe(data)}"
        )


def _corridors(written: Any) -> Any:
    """``none`` is no corridor anywhere; any other word has to name its crossings."""
    if written == words.NO_CORRIDOR:
        return {}
    if isinstance(written, dict):
        return written
    some = words.crossing_names()[0]
    if isinstance(written, str) and written in words.bundle_names():
        raise refuse(f"name the crossings, one a line, for example '{some}: {written}'")
    raise refuse(
        f"expected none or a map such as '{some}: {words.bundle_names()[-1]}', found {describe(written)}"
    )


class EpisodeFile(Written):
    """A dated episode: `on` or `off` for one of the evidence, a map of all its keys for one of your own."""

    on: Annotated[bool, Switch()] = True
    """Whether the episode is in force."""
    what: Annotated[str | None, Text(300, "Works at the Chinese post")] = None
    """What happens, in a few words."""
    crossings: Annotated[tuple[str, ...] | None, Names(CROSSING, 1)] = None
    """Crossings concerned."""
    mode: Annotated[str | None, MODE] = None
    """By road or by rail."""
    direction: Annotated[str | None, WAY] = None
    """Direction concerned, or both."""
    first: Annotated[date | None, Day()] = Field(default=None, alias="from")
    """First day."""
    to: Annotated[date | None, Day()] = None
    """Last day, included."""
    change: Annotated[str | None, CHANGE] = None
    """What is otherwise on these days, for example `quota.cn_intake` or `demand.perishable`."""
    value: Any = None
    """What it is on these days, with its unit; what comes, and servers, in % of what they are otherwise."""

    @model_validator(mode="before")
    @classmethod
    def _word(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return data
        if isinstance(data, bool) or data in ("on", "off"):
            return {"on": data}
        raise refuse(
            "expected on or off for an episode of the evidence, or a map such as {crossings: [dostyk], "
            "mode: rail, direction: kz_to_cn, from: 2023-12-12, to: 2023-12-25, change: slots, "
            f"value: 3 trains/day}}, found {describe(data)}"
        )


class DisruptionsFile(Written):
    """What was otherwise on some days of the year."""

    reported: Annotated[bool | None, Switch()] = None
    """Whether the dated episodes of the evidence are in force whose effect is not in the year's values
    already. Default: on."""
    episodes: dict[str, EpisodeFile | None] = Field(default_factory=dict)
    """Episodes of the evidence switched on or off one by one, and episodes of your own by a name of yours."""


class GrowthFile(Written):
    """Goals for a year, which become trucks and trains by steps that are entries `trade.*`."""

    trade_turnover: Annotated[float | None, Quantity(dimension("bn_usd"), _NO_TRADE)] = None
    """Turnover of the trade between the two countries, in Kazakhstan's statistics. Default: the year's."""
    farm_exports: Annotated[float | None, Quantity(dimension("bn_usd"))] = None
    """Farm goods exported to China on top of the year's. Default: none."""
    trans_caspian: Annotated[float | None, Quantity(dimension("teu"), _NO_TEU)] = None
    """Containers a year on the Trans-Caspian route. Default: the year's."""


class ScenarioFile(Written):
    """A scenario of kzsim. Everything not said comes from the evidence, with its source."""

    extends: Annotated[str | None, Text(300, "baseline_2023.yaml")] = None
    """Another scenario file to build on, relative to this one and in the same folder or below. Maps merge
    key by key, lists and values replace, `null` removes."""
    title: Annotated[str, Text(200, "Green corridors at all crossings")]
    """What the scenario is, in one line; stands above every table and figure."""
    description: Annotated[str | None, Text(5000, "What is asked, and why these settings.")] = None
    """What the scenario is for, in a few sentences."""
    year: Annotated[int | None, Year()] = None
    """The year whose evidence is used: demand, quotas, opening hours, times. Default: the base year."""
    period: PeriodFile | None = None
    """The days simulated, both included, within `year`. Default: the whole year."""
    run_in: Duration = None
    """Time from the start of the run until trucks count: the queues fill first. Default: 14 day."""
    follow_up: Duration = None
    """How long each truck is followed; who arrives later than this before the end does not count. Default:
    14 day."""
    replications: Annotated[int | None, Whole(1, 10_000, 10)] = None
    """How often the period is run, each time with other random numbers. Default: 3."""
    seed: Annotated[int | None, Whole(0, 2**63 - 1, 1)] = None
    """Start of the random numbers; the same seed gives the same trucks. Default: 1."""
    simulate: SimulateFile | None = None
    """Which crossings are simulated, by mode. Default: all."""
    demand: Percent = None
    """Trucks and trains at all crossings, in % of the evidence's. Default: 100 %."""
    crossings: dict[CrossingName, CrossingFile | None] = Field(default_factory=dict)
    """Settings of single crossings."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Any entry of the evidence by its key, with the value to use instead. `all` in place of the crossing
    sets it at every crossing."""
    green_corridors: Annotated[dict[CrossingName, CorridorFile | None], BeforeValidator(_corridors)] = Field(
        default_factory=dict
    )
    """The green corridor of each crossing. Default: none."""
    disruptions: DisruptionsFile | None = None
    """What was otherwise on some days: dated episodes of the evidence, and your own."""
    growth: GrowthFile | None = None
    """Goals in money or containers, on top of the evidence's demand. Default: none."""


WILD = {"measures": "<measure>", "episodes": "<episode>"}
"""What stands for the names in a map of names, if they are not crossings."""


def known_keys(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys of a section as they are written."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def section_at(path: Sequence[str | int]) -> type[BaseModel] | None:
    """The section of the schema at a path of a file, or None where there is none."""
    section: type[BaseModel] | None = ScenarioFile
    in_names = False
    for part in path:
        if in_names:
            in_names = False
            continue
        if section is None:
            return None
        found = next((f for n, f in section.model_fields.items() if (f.alias or n) == part), None)
        if found is None:
            return None
        section, in_names = section_of(found.annotation)
    return None if in_names else section


def field_at(path: Sequence[str]) -> FieldInfo | None:
    """The field of the schema at a path of a file; None where there is none, or where a name stands."""
    if not path:
        return None
    section = section_at(path[:-1])
    if section is None:
        return None
    return next((f for n, f in section.model_fields.items() if (f.alias or n) == path[-1]), None)


def sections(model: type[BaseModel] = ScenarioFile, above: str = "") -> list[tuple[str, type[BaseModel]]]:
    """Every section of the schema with where it stands, such as ``crossings.<crossing>.road``."""
    found: list[tuple[str, type[BaseModel]]] = [(above, model)]
    for name, model_field in model.model_fields.items():
        section, named = section_of(model_field.annotation)
        if section is not None:
            place = f"{above}.{model_field.alias or name}" if above else model_field.alias or name
            wild = WILD.get(name, "<crossing>") if named else ""
            found += sections(section, f"{place}.{wild}" if wild else place)
    return found


def section_of(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The section behind a type and whether names stand between (a map from names to sections)."""
    text_map = getattr(annotation, "__origin__", None) is dict
    parts = annotation.__args__[1:] if text_map else (annotation,)
    for part in parts:
        for option in getattr(part, "__args__", (part,)):
            if isinstance(option, type) and issubclass(option, BaseModel):
                return option, text_map
    return None, False


class _Schema(GenerateJsonSchema):
    """JSON schema of the file: sections that also take a word say so."""

    def generate(self, schema: Any, mode: Any = "validation") -> JsonSchemaValue:
        made = super().generate(schema, mode)
        sections = made["$defs"]
        sections["CorridorFile"] = {"anyOf": [BUNDLE.schema(), sections["CorridorFile"]]}
        sections["MeasureFile"] = {"anyOf": [Switch().schema(), sections["MeasureFile"]]}
        sections["EpisodeFile"] = {"anyOf": [Switch().schema(), sections["EpisodeFile"]]}
        corridors = made["properties"]["green_corridors"]
        kept = {key: corridors.pop(key) for key in ("description", "title") if key in corridors}
        made["properties"]["green_corridors"] = {
            **kept,
            "anyOf": [{"const": words.NO_CORRIDOR}, corridors],
        }
        # The title may come from the scenario that this one extends.
        made["anyOf"] = [{"required": made.pop("required")}, {"required": ["extends"]}]
        made["$schema"] = self.schema_dialect
        for section in (made, *sections.values()):
            for name, field in section.get("properties", {}).items():
                _allow_null(field, required=name == "title")
        return made


def _allow_null(field: JsonSchemaValue, *, required: bool) -> None:
    """``null`` takes back what the extended scenario says, so that every key but the title may have it."""
    field.pop("title", None)
    if field.pop("default", None) is None and not required and {"type": "null"} not in field.get("anyOf", []):
        description = field.pop("description", "")
        choices = field["anyOf"] if "anyOf" in field else [dict(field)]
        field.clear()
        field.update({"anyOf": [*choices, {"type": "null"}], "description": description})


def json_schema() -> dict[str, Any]:
    """The JSON schema of a scenario file, for editors that check while one types."""
    return ScenarioFile.model_json_schema(by_alias=True, schema_generator=_Schema)
