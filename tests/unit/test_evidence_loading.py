"""The packaged files are whole, and a copy with one mistake says where and what."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kzsim import evidence
from kzsim.evidence import EvidenceError
from kzsim.evidence.conventions import read_conventions
from kzsim.evidence.corridor import read_corridor
from kzsim.evidence.crossings import read_geography
from kzsim.evidence.demand import read_demand
from kzsim.evidence.episodes import read_disruptions
from kzsim.evidence.facts import read_facts
from kzsim.evidence.reader import packaged
from kzsim.evidence.records import read_macro, read_targets
from kzsim.evidence.sources import read_sources

Reader = Callable[[Path], object]
READERS: dict[str, Reader] = {
    "calibration_targets.yaml": read_targets,
    "conventions.yaml": read_conventions,
    "corridor_measures.yaml": read_corridor,
    "crossings.yaml": read_geography,
    "demand.yaml": read_demand,
    "disruptions.yaml": read_disruptions,
    "macro.yaml": read_macro,
    "parameters.yaml": read_facts,
    "rail.yaml": read_facts,
    "sources.yaml": read_sources,
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(packaged(), folder)
    return folder


def spoil(folder: Path, file: str, after: str, old: str, new: str) -> None:
    """Replace the first ``old`` after the text ``after``."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    start = text.index(after)
    at = text.index(old, start)
    path.write_text(text[:at] + new + text[at + len(old) :], encoding="utf-8")


def test_a_share_of_users_above_1_is_refused(copy: Path) -> None:
    spoil(copy, "corridor_measures.yaml", "existing:", "high: 0.4", "high: 1.4")
    with pytest.raises(EvidenceError, match="a share lies between 0 and 1"):
        read_corridor(copy)


@pytest.mark.parametrize("file", sorted(READERS))
def test_every_packaged_file_loads(file: str) -> None:
    assert READERS[file](packaged())


TRUCK = "road.all.kz_to_cn.kz.documents.time_loaded:"
QUOTA = "road.nur_zholy.kz_to_cn.quota.cn_intake:"
CORRUPT = [
    pytest.param(
        "parameters.yaml", TRUCK, "unit: min", "units: min",
        "road.all.kz_to_cn.kz.documents.time_loaded: field 'unit' is missing",
        id="missing field",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "grade:", "gade: x\n    grade:",
        "road.all.kz_to_cn.kz.documents.time_loaded: unknown field 'gade', did you mean 'grade'?",
        id="unknown field",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "low: 5", "low: 15",
        "road.all.kz_to_cn.kz.documents.time_loaded: value 12 lies outside its range 15 to 30",
        id="value below its range",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "low: 5", "low:",
        "road.all.kz_to_cn.kz.documents.time_loaded: low and high go together",
        id="half a range",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "low: 5", "low: five",
        "road.all.kz_to_cn.kz.documents.time_loaded.low: must be a number, not 'five'",
        id="text for a number",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "value: 12", "value: true",
        "road.all.kz_to_cn.kz.documents.time_loaded: a range needs a number, not True",
        id="range of a flag",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "value: 12", "value:",
        "road.all.kz_to_cn.kz.documents.time_loaded.value: must be a number, text, true or false, not None",
        id="no value",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "mean: 12 min", "mean: 13 min",
        "road.all.kz_to_cn.kz.documents.time_loaded.distribution: mean 13 is not the value 12",
        id="mean differs from value",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "mean: 12 min", "mean: 12 h",
        "road.all.kz_to_cn.kz.documents.time_loaded.distribution: mean is in 'h', the entry in 'min'",
        id="mean in another unit",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "mean: 12 min", "mean: twelve min",
        "road.all.kz_to_cn.kz.documents.time_loaded.distribution: "
        "mean must be a number with a unit, not 'twelve min'",
        id="mean is no quantity",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "lognormal", "lognormale",
        "road.all.kz_to_cn.kz.documents.time_loaded.distribution: "
        "unknown 'lognormale', did you mean 'lognormal'?",
        id="unknown family",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "cv: 0.7", "cv: 0",
        "road.all.kz_to_cn.kz.documents.time_loaded.distribution: cv must be above 0, not 0",
        id="no spread",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "cv: 0.7", "sd: 7 min",
        "road.all.kz_to_cn.kz.documents.time_loaded.distribution.lognormal: must have cv and mean",
        id="family with another's field",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "grade: assumed", "grade: assured",
        "road.all.kz_to_cn.kz.documents.time_loaded.grade: unknown 'assured', did you mean 'assumed'?",
        id="unknown grade",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "sources: [analyst]", "sources: [analist]",
        "road.all.kz_to_cn.kz.documents.time_loaded.sources: unknown 'analist', did you mean 'analyst'?",
        id="unknown source",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "sources: [analyst]", "sources: []",
        "road.all.kz_to_cn.kz.documents.time_loaded.sources: names no source",
        id="no source",
    ),
    pytest.param(
        "parameters.yaml", QUOTA, 'from: "2023-04-01"', 'from: "2023-03-31"',
        "road.nur_zholy.kz_to_cn.quota.cn_intake.periods[1]: overlaps the period before it",
        id="periods overlap",
    ),
    pytest.param(
        "parameters.yaml", QUOTA, 'to: "2023-03-31"', 'to: "2022-03-31"',
        "road.nur_zholy.kz_to_cn.quota.cn_intake.periods[0]: ends before it starts",
        id="period ends before it starts",
    ),
    pytest.param(
        "parameters.yaml", QUOTA, 'to: "2023-12-31"', 'to: "2024-12-31"',
        "road.nur_zholy.kz_to_cn.quota.cn_intake.periods: "
        "2023-11-24 to 2024-12-31 is not in the years of the entry",
        id="period outside the years",
    ),
    pytest.param(
        "parameters.yaml", QUOTA, 'from: "2023-04-01"', "from: April",
        "road.nur_zholy.kz_to_cn.quota.cn_intake.periods[1].from: "
        "must be a date like 2023-01-31, not 'April'",
        id="no date",
    ),
    pytest.param(
        "parameters.yaml", "road.nur_zholy.kz_to_cn.quota.cn_intake@2022:", "applies_to: [2022]",
        "applies_to: [2022, 2023]",
        "road.nur_zholy.kz_to_cn.quota.cn_intake@2022.applies_to: must be 2022 alone, as the key says",
        id="year in the key only",
    ),
    pytest.param(
        "parameters.yaml", "parameters:", TRUCK, "road.all.northwards.kz.documents.time_loaded:",
        "road.all.northwards.kz.documents.time_loaded: a key reads mode.crossing.direction.name",
        id="unknown direction in a key",
    ),
    pytest.param(
        "rail.yaml", "rail.all.cn_to_kz.cn.documents.hold_outbound@2022:", "value: 20\n    unit: h",
        "value: 20\n    unit: day",
        "rail.all.cn_to_kz.cn.documents.hold_outbound@2022.distribution: "
        "mean is in 'h', the entry in 'day'",
        id="unit against its distribution",
    ),
    pytest.param(
        "rail.yaml", "rail.dostyk.cn_to_kz.platforms.pool@2022:", "unit: wagons", "unit: TEU",
        "rail.dostyk.cn_to_kz.platforms.pool@2022.unit: 'TEU' here and 'wagons' in another year",
        id="unit changes between years",
    ),
    pytest.param(
        "rail.yaml", "parameters:", "rail.all.both.interarrival.cv:", "cost.truck_hour:",
        "parameters.cost.truck_hour: is in two files",
        id="key in two files",
    ),
    pytest.param(
        "sources.yaml", "abai_2021_06:", "kind: secondary", "kind: rumour",
        "sources.abai_2021_06.kind: unknown 'rumour'",
        id="unknown kind of source",
    ),
    pytest.param(
        "demand.yaml", "  general:\n    share", "0.07", "0.08",
        "monthly_profiles.general.share: shares add up to 1.01, not 1",
        id="monthly shares do not add up",
    ),
    pytest.param(
        "demand.yaml", "  general:\n    share", "[0.07, ", "[",
        "monthly_profiles.general.share: must have 12 shares, not 11",
        id="eleven months",
    ),
    pytest.param(
        "demand.yaml", "  general:\n    share", "[0.07, 0.065", "[-0.07, 0.205",
        "monthly_profiles.general.share: a share is negative: -0.07",
        id="negative share",
    ),
    pytest.param(
        "demand.yaml", "road:\n  bakhty:", "trucks: 9417", "trucks: 9400",
        "road.bakhty.2019.kz_to_cn.empty: 9400 trucks are not the share 0.86 of 10950",
        id="trucks against share",
    ),
    pytest.param(
        "demand.yaml", "road:\n  bakhty:", "tonnes: 11438", "tonnes: 11400",
        "road.bakhty.2019.kz_to_cn.general: 602 trucks of 19 t are not 11400 t",
        id="tonnes against trucks",
    ),
    pytest.param(
        "demand.yaml", "road:\n  bakhty:", "trucks: 602, load_t: 19, tonnes: 11438",
        "trucks: 603, load_t: 19, tonnes: 11457",
        "road.bakhty.2019.kz_to_cn: trucks of the classes add up to 10951, not 10950",
        id="classes against total",
    ),
    pytest.param(
        "demand.yaml", "road:\n  bakhty:", "'2025':", "'2026':",
        "road.bakhty: has the years 2019, 2022, 2023, 2026, not 2019, 2022, 2023, 2025",
        id="a year without demand",
    ),
    pytest.param(
        "demand.yaml", "\nrail:\n", "monthly_profile: rail_container", "monthly_profile: rail_containers",
        "rail.dostyk.2019.kz_to_cn.container.monthly_profile: "
        "unknown 'rail_containers', did you mean 'rail_container'?",
        id="unknown profile",
    ),
    pytest.param(
        "demand.yaml", "\nrail:\n", "trains: 1095", "trains: 1000",
        "rail.dostyk.2019.kz_to_cn.container: 1000 trains are not 3 a day",
        id="trains against trains a day",
    ),
    pytest.param(
        "crossings.yaml", "  bakhty:", '"08:00-12:00", "13:00-17:00"', '"08:00-12:00", "12:00-17:00"',
        "crossings.bakhty.hours.kz[0].open: '12:00-17:00' overlaps or touches the span before it",
        id="hours touch",
    ),
    pytest.param(
        "crossings.yaml", "  bakhty:", '"08:00-12:00"', '"8-12"',
        "crossings.bakhty.hours.kz[0].open: must be like 08:00-12:00, not '8-12'",
        id="hours in another form",
    ),
    pytest.param(
        "crossings.yaml", "  bakhty:", '"08:00-12:00"', '"12:00-08:00"',
        "crossings.bakhty.hours.kz[0].open: no span of a day: '12:00-08:00'",
        id="hours backwards",
    ),
    pytest.param(
        "crossings.yaml", "  bakhty:", 'to: "2024-02-29"', 'to: "2024-03-01"',
        "crossings.bakhty.hours.kz[1]: overlaps the hours before it",
        id="hours of two periods overlap",
    ),
    pytest.param(
        "crossings.yaml", "    closed_dates:", 'date: "2022-02-02"', 'date: "2022-02-01"',
        "crossings.bakhty.closed_dates.2022[2]: 2022-02-01 is out of order or repeated",
        id="closed date twice",
    ),
    pytest.param(
        "crossings.yaml", "    closed_dates:", 'date: "2022-12-16"', 'date: "2021-12-16"',
        "crossings.bakhty.closed_dates.2022[12]: 2021-12-16 is not in 2022",
        id="closed date in another year",
    ),
    pytest.param(
        "crossings.yaml", "  bakhty:", "modes: [road]", "modes: [road, rail]",
        "crossings.bakhty: modes and rail stations disagree",
        id="rail without stations",
    ),
    pytest.param(
        "crossings.yaml", "  bakhty:", "lat: 46.66", "lat: 146.66",
        "crossings.bakhty.location.kz: no place on Earth: 146.66, 82.8",
        id="latitude beyond the pole",
    ),
    pytest.param(
        "corridor_measures.yaml", "measures:", "op: multiply", "op: divide",
        "measures.agri_lab_on_site.changes[0].op: unknown 'divide'",
        id="unknown operation",
    ),
    pytest.param(
        "corridor_measures.yaml", "measures:", "who: users", "who: everybody",
        "measures.agri_lab_on_site.who: unknown 'everybody'",
        id="unknown beneficiary",
    ),
    pytest.param(
        "corridor_measures.yaml", "measures:", "base: 0.35", "base: 0.75",
        "measures.agri_lab_on_site.changes[0]: value 0.75 lies outside its range 0.2 to 0.7",
        id="change outside its range",
    ),
    pytest.param(
        "corridor_measures.yaml", "bundles:", "priority_class", "priority_clas",
        "bundles.light.measures: unknown 'priority_clas', did you mean 'priority_class'?",
        id="bundle of an unknown measure",
    ),
    pytest.param(
        "corridor_measures.yaml", "existing:", "bakhty:", "bahkty:",
        "existing: unknown 'bahkty', did you mean 'bakhty'?",
        id="measure at an unknown crossing",
    ),
    pytest.param(
        "calibration_targets.yaml", "targets:", "{relative: 0.1}", "{relative: 0.1, upper_bound: true}",
        "bakhty_tonnes_2022_10m.tolerance: must be one of relative, range, upper_bound",
        id="two tolerances",
    ),
    pytest.param(
        "calibration_targets.yaml", "targets:", "2022-01-01/2022-10-31", "2022-01-01",
        "bakhty_tonnes_2022_10m.period: must be two dates like 2023-01-01/2023-03-31, not '2022-01-01'",
        id="period with one end",
    ),
    pytest.param(
        "disruptions.yaml", "episodes:", "id: covid_road_kalzhat", "id: fruit_ban_2020",
        "fruit_ban_2020: the id stands twice",
        id="episode twice",
    ),
    pytest.param(
        "macro.yaml", "trade_turnover_usd_bn:", "grade: derived", "grade: guessed",
        "trade_turnover_usd_bn.kz_statistics.2021.grade: unknown 'guessed'",
        id="unknown grade deep in macro",
    ),
    pytest.param(
        "parameters.yaml", "parameters:", TRUCK, "cost.truck_hour:",
        re.compile(r":\d+:3: the key 'cost\.truck_hour' stands twice"),
        id="key twice",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "value: 12", "value: [12",
        re.compile(r":\d+:\d+: did not find expected ',' or ']'"),
        id="broken YAML",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "value: 12", "value: !!timestamp 2022-01-01",
        re.compile(r":\d+:12: unknown tag 'tag:yaml.org,2002:timestamp'"),
        id="unknown tag",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "distribution: {", "distribution: {normal: {mean: 12 min, sd: 1 min}, ",
        "road.all.kz_to_cn.kz.documents.time_loaded.distribution: must name one family",
        id="two families",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "distribution: {lognormal: {mean: 12 min, cv: 0.7}}", "distribution: wide",
        "road.all.kz_to_cn.kz.documents.time_loaded.distribution: must be a map, not 'wide'",
        id="text for a map",
    ),
    pytest.param(
        "parameters.yaml", QUOTA, "periods:", "periods: none\n    perhaps:",
        "road.nur_zholy.kz_to_cn.quota.cn_intake.periods: must be a list of maps",
        id="text for a list of maps",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "applies_to: [2022", "applies_to: [MMXXII",
        "road.all.kz_to_cn.kz.documents.time_loaded.applies_to: "
        "must be a list of numbers, not ['MMXXII', 2023, 2025]",
        id="text among numbers",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "unit: min", "unit: 5",
        "road.all.kz_to_cn.kz.documents.time_loaded.unit: must be text, not 5",
        id="number for a text",
    ),
    pytest.param(
        "parameters.yaml", TRUCK, "sources: [analyst]", "sources: analyst",
        "road.all.kz_to_cn.kz.documents.time_loaded.sources: must be a list of texts, not 'analyst'",
        id="text for a list",
    ),
    pytest.param(
        "demand.yaml", "\nrail:\n", "wagons_per_train: 40", "wagons_per_train: 40.5",
        "rail.dostyk.2019.kz_to_cn.container.wagons_per_train: must be a whole number, not 40.5",
        id="half a wagon",
    ),
    pytest.param(
        "demand.yaml", "\nrail:\n", "tonnes: 1423500", "tonnes: 1423000",
        "rail.dostyk.2019.kz_to_cn.container: 1095 trains of 1300 t are not 1423000 t",
        id="tonnes against trains",
    ),
    pytest.param(
        "crossings.yaml", "  bakhty:", 'from: "2024-03-01"', 'from: "2025-07-01"',
        "crossings.bakhty.hours.kz[1]: ends before it starts",
        id="hours end before they start",
    ),
    pytest.param(
        "corridor_measures.yaml", "compliance_share:", "high: 0.95", "high: 1.95",
        "compliance_share: a share lies between 0 and 1",
        id="more than all comply",
    ),
    pytest.param(
        "corridor_measures.yaml", "existing:", "to:", 'to: "2000-01-01"',
        "existing.bakhty[0]: ends before it starts",
        id="measure ends before it starts",
    ),
    pytest.param(
        "calibration_targets.yaml", "targets:", "2022-01-01/2022-10-31", "2022-10-31/2022-01-01",
        "bakhty_tonnes_2022_10m.period: ends before it starts",
        id="target period backwards",
    ),
    pytest.param(
        "calibration_targets.yaml", "id: crane_reload_alashankou", "range: [47, 60]", "range: [60, 47]",
        "crane_reload_alashankou.tolerance.range: must be two numbers, the smaller first",
        id="tolerance backwards",
    ),
    pytest.param(
        "disruptions.yaml", "id: fruit_ban_2020", 'to: "2021-06-30"', 'to: "2019-06-30"',
        "fruit_ban_2020: ends before it starts",
        id="episode ends before it starts",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "after", "old", "new", "message"), CORRUPT)
def test_a_mistake_in_a_copy_is_named_with_file_and_key(
    copy: Path, file: str, after: str, old: str, new: str, message: str | re.Pattern[str]
) -> None:
    spoil(copy, file, after, old, new)
    with pytest.raises(EvidenceError) as caught:
        READERS[file](copy)
    told = str(caught.value).removeprefix(file)
    if isinstance(message, str):
        assert told == f": {message}"
    else:
        assert message.fullmatch(told), told


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / "rail.yaml").unlink()
    with pytest.raises(EvidenceError) as caught:
        read_facts(copy)
    assert str(caught.value) == "rail.yaml: there is no such evidence file"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "macro.yaml: not UTF-8 text (byte 0)"),
        (b"", "macro.yaml: not a map"),
        (b"- a\n", "macro.yaml: not a map"),
        (b"1: a\n", "macro.yaml:1:1: keys must be text, not 1"),
    ],
)
def test_a_file_that_is_no_map_of_text_keys_is_refused(copy: Path, content: bytes, message: str) -> None:
    (copy / "macro.yaml").write_bytes(content)
    with pytest.raises(EvidenceError) as caught:
        read_macro(copy)
    assert str(caught.value) == message


def test_dates_and_on_stay_text_because_the_files_are_yaml_1_2(copy: Path) -> None:
    (copy / "macro.yaml").write_text("a: 2023-01-01\nb: on\nc: 08:30\nd: 010\ne: 1.5e3\nf: ~\ng: true\n")
    assert dict(read_macro(copy)) == {
        "a": "2023-01-01", "b": "on", "c": "08:30", "d": 10, "e": 1500.0, "f": None, "g": True,
    }  # fmt: skip


def test_what_is_handed_out_cannot_be_changed() -> None:
    for mapping in (evidence.facts(), evidence.crossings(), evidence.sources(), evidence.macro()):
        with pytest.raises(TypeError):
            mapping["x"] = 1  # type: ignore[index]
    with pytest.raises(AttributeError):
        evidence.facts()["cost.truck_hour"].value = 1  # type: ignore[misc]


def test_sources_are_read_without_reading_the_other_files() -> None:
    code = (
        "from kzsim.evidence import sources\nsources()\n"
        "from kzsim.evidence import facts, demand\n"
        "from kzsim.evidence.facts import read_facts\nfrom kzsim.evidence.demand import read_demand\n"
        "import sys\n"
        "assert read_facts.cache_info().currsize == read_demand.cache_info().currsize == 0\n"
        "assert not {'pandas', 'numpy', 'pydantic'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-X", "dev", "-W", "error", "-c", code], check=True)
