from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from kzsim import evidence
from kzsim.experiments.studies import Study
from kzsim.figures import letters, seasons, servers, told
from kzsim.figures.catalogue import FIGURES, Drawn, figure_bytes, makers
from kzsim.figures.letters import families_of, lacking
from kzsim.figures.maps import samples, within
from kzsim.figures.style import HAIR_PT, text_in, wrapped
from kzsim.language import LANGUAGES, speaker
from tests.figure_cases import (
    comparison_study,
    ranking_study,
    run_study,
    sensitivity_study,
    sweep_study,
    worlds_study,
)
from tests.figure_words import cut_off, on_one_another

STUDIES = {
    "run": run_study,
    "comparison": comparison_study,
    "sweep": sweep_study,
    "sample": lambda: sweep_study("latin_hypercube"),
    "morris": sensitivity_study,
    "sobol": lambda: sensitivity_study("sobol"),
    "worlds": worlds_study,
    "ranking": ranking_study,
}


@cache
def study(name: str) -> Study:
    return STUDIES[name]()


@cache
def drawn_of(name: str, lang: str = "en") -> dict[str, Drawn]:
    say, found = speaker(lang), study(name)
    kinds = [kind for kind in FIGURES.values() if found.kind in kind.kinds]
    return {one.name: one for kind in kinds for one in kind.draw(found, say)}


def test_every_kind_of_figure_is_drawn_of_some_study() -> None:
    made = {name for one in STUDIES for name in drawn_of(one)}
    assert [
        kind for kind in FIGURES if not any(name == kind or name.startswith(f"{kind}_") for name in made)
    ] == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", STUDIES)
def test_no_word_on_a_figure_is_cut_off_or_lies_on_another(name: str, lang: str) -> None:
    for one in drawn_of(name, lang).values():
        assert cut_off(one.figure) == [], one.name
        assert on_one_another(one.figure) == [], one.name


def test_the_search_for_cut_and_crowded_words_finds_them() -> None:
    (drawn,) = FIGURES["map"].draw(study("run"), speaker())
    figure = drawn.figure
    figure.text(0.99, 0.5, "beyond the edge")
    figure.text(0.4, 0.5, "one upon")
    figure.text(0.41, 0.5, "the other")
    assert cut_off(figure) == ["beyond the edge"]
    assert ("one upon", "the other") in on_one_another(figure)


@pytest.mark.parametrize("name", STUDIES)
def test_a_figure_has_title_source_words_for_the_blind_and_its_numbers(name: str) -> None:
    digest = str(study(name).manifest["digest"])[:8]
    for one in drawn_of(name).values():
        assert one.title
        assert one.title[0] == one.title[0].upper()
        assert digest in one.source
        assert one.title in one.alt
        assert len(one.table) > 0
        assert not one.table.columns.duplicated().any()
        assert re.fullmatch(r"[a-z0-9_-]+", one.name)


def test_a_comparison_names_its_scenarios_by_their_titles_and_its_period() -> None:
    first = drawn_of("comparison")["gains_light_road"].subtitle
    assert "“A light corridor” less “No corridor”" in first
    assert first.endswith("8\N{NO-BREAK SPACE}February 2023 to 1\N{NO-BREAK SPACE}April 2023")
    assert "“The usual corridor”" in drawn_of("comparison")["classes_standard_road"].subtitle


def test_scenarios_of_one_title_or_of_none_are_told_apart_by_their_names() -> None:
    found = comparison_study()
    alike = replace(found, manifest={**found.manifest, "titles": ["Same", "Same", ""]})
    assert list(told.titles_of(alike).values()) == ["Same (none)", "Same (light)", "standard"]
    older = replace(found, manifest={key: found.manifest[key] for key in ("names", "title")})
    assert list(told.titles_of(older).values()) == ["none", "light", "standard"]
    assert "“light” less “none”" in FIGURES["gains"].draw(older, speaker())[0].subtitle


@pytest.mark.parametrize(("name", "kind"), [("sweep", "sweep_lines"), ("sample", "sweep_points")])
def test_a_sweep_names_the_scenario_it_varies_and_its_period(name: str, kind: str) -> None:
    (drawn,) = FIGURES[kind].draw(study(name), speaker())
    said = drawn.subtitle.replace("\N{NO-BREAK SPACE}", " ")
    assert said.endswith("Intake against bundles. Bakhty alone. 8 February 2023 to 1 April 2023")


def test_wider_intervals_are_drawn_and_named_in_the_key() -> None:
    (road, _) = FIGURES["gains"].draw(study("run"), speaker())
    assert "wider interval, holds together with all others" in words_of(road)
    widths = {line.get_linewidth() for axes in road.figure.axes[1:] for line in axes.lines}
    assert HAIR_PT in widths
    row = road.table.iloc[0]
    assert row["together_low"] < row["low"] < row["high"] < row["together_high"]
    without = run_study()
    bare = without._read["comparison"].drop(columns=["simultaneous_low", "simultaneous_high"])
    (older, _) = FIGURES["gains"].draw(
        replace(without, _read={**without._read, "comparison": bare}), speaker()
    )
    assert "wider interval, holds together with all others" not in words_of(older)


def test_a_wider_interval_beyond_the_panel_is_told_and_leaves_the_others_readable() -> None:
    found = run_study()
    table = found._read["comparison"]
    far = table.assign(
        simultaneous_low=table["difference"] - 500, simultaneous_high=table["difference"] + 500
    )
    (usual, _) = FIGURES["gains"].draw(found, speaker())
    (drawn, _) = FIGURES["gains"].draw(replace(found, _read={**found._read, "comparison": far}), speaker())
    assert "goes on beyond it" in drawn.source
    assert "goes on beyond it" not in usual.source
    low, high = drawn.figure.axes[1].get_xlim()
    assert high - low < 3 * (drawn.table["high"].max() - drawn.table["low"].min())
    assert cut_off(drawn.figure) == []
    assert on_one_another(drawn.figure) == []


def words_of(drawn: Drawn) -> list[str]:
    """Every text on a figure."""
    return [text.get_text() for text in drawn.figure.findobj(Text)]


def test_lines_of_a_sweep_name_units_the_band_and_the_common_luck() -> None:
    drawn = drawn_of("sweep")["sweep_lines_road"]
    assert "goes from 140 to 700\N{NO-BREAK SPACE}trucks per day" in drawn.title
    assert "95 % interval of each mean" in words_of(drawn)
    assert "same random numbers" in drawn.source
    assert "same random numbers" in drawn_of("sweep")["sweep_heat_road"].source
    found = sweep_study()
    single = found._read["results"].assign(low=np.nan, high=np.nan)
    once = replace(found, manifest={**found.manifest, "replications": 1}, _read={"results": single})
    (alone,) = FIGURES["sweep_lines"].draw(once, speaker())
    assert "95 % interval of each mean" not in words_of(alone)
    assert "same random numbers" not in alone.source


def test_every_bottleneck_has_a_place_among_the_stages_shown() -> None:
    rows = [{"stage": f"s{n}", "utilisation": 0.9 - 0.01 * n, "is_bottleneck": n == 30} for n in range(40)]
    shown = servers.chosen(pd.DataFrame(rows))
    assert len(shown) == servers.MOST_ROWS
    assert list(shown["stage"])[-2:] == ["s12", "s30"]


def test_the_key_of_busy_stages_has_a_bottleneck_only_where_there_is_one() -> None:
    assert "bottleneck of its flow" not in words_of(drawn_of("run")["utilisation_road"])
    found = run_study()
    bound = found._read["binding"].assign(binds="stage", stage="scan")
    (road, _) = FIGURES["utilisation"].draw(
        replace(found, _read={**found._read, "binding": bound}), speaker()
    )
    assert "bottleneck of its flow" in words_of(road)


def test_tracks_are_counted_in_whole_trains_with_how_sure_their_share_is() -> None:
    drawn = drawn_of("run")["yard"]
    assert all(float(text.get_text()).is_integer() for text in drawn.figure.axes[-1].get_xticklabels())
    assert any(" ± 10.0" in words for words in words_of(drawn))  # of an interval from 0 to 20 %
    assert "to China)" in drawn.title or "from China)" in drawn.title


def names_below(drawn: Drawn) -> list[str]:
    """The words along the lower axes of a figure, those of the first panel that has any."""
    below = [[text.get_text() for text in axes.get_xticklabels()] for axes in drawn.figure.axes]
    return next(names for names in reversed(below) if any(names))


@pytest.mark.parametrize(
    ("lang", "months"),
    [("en", ["Mar", "Apr"]), ("ru", ["март", "апр."]), ("kk", ["нау.", "сәу."]), ("zh", ["3月", "4月"])],
)
def test_a_year_axis_names_months_in_the_language(lang: str, months: list[str]) -> None:
    found = run_study(run_in_ms=0)  # from 1 February to 1 April
    (road, _) = FIGURES["year"].draw(found, speaker(lang))
    assert names_below(road)[1:] == months


def test_a_period_without_three_months_names_days() -> None:
    found = run_study(horizon_ms=30 * 86_400_000)
    (road, _) = FIGURES["year"].draw(found, speaker("ru"))
    assert names_below(road)[0] == "8\N{NO-BREAK SPACE}февраля"
    assert "inside_low" in road.table
    assert "inside_week" not in road.table


def test_a_year_and_a_week_show_how_far_days_are_apart() -> None:
    year, week = drawn_of("run")["year_road"], drawn_of("run")["week_road"]
    apart = year.table.dropna()
    assert (apart["inside_week_low"] < apart["inside_week"]).all()
    assert (apart["inside_week"] < apart["inside_week_high"]).all()
    assert (week.table["inside_p10"] < week.table["inside_p90"]).all()
    one = week.table.query("crossing == 'bakhty' and direction == 'kz_to_cn' and weekday == 2").iloc[0]
    daily = seasons.daily(study("run")).query("crossing == 'bakhty' and direction == 'kz_to_cn'")
    days = daily.loc[daily["day"].dt.day_of_week == 2, "inside"]
    assert one["inside_p90"] == pytest.approx(np.quantile(days, 0.9))


@pytest.mark.parametrize("form", ["svg", "pdf", "png"])
def test_drawn_twice_a_figure_has_the_same_bytes(form: str) -> None:
    first, again = (FIGURES["gains"].draw(study("run"), speaker())[0] for _ in range(2))
    assert first is not again
    assert figure_bytes(first, form) == figure_bytes(again, form)  # type: ignore[arg-type]  # one of the forms


def test_letters_of_an_svg_are_outlines_or_stay_text() -> None:
    one = drawn_of("run")["hours_road"]
    assert b"<text" not in figure_bytes(one, "svg")
    assert b"Kazakhstan to China</text>" in figure_bytes(one, "svg", text="text")


def test_every_svg_of_five_crossings_stays_small() -> None:
    sizes = {one.name: len(figure_bytes(one, "svg")) for one in drawn_of("run").values()}
    assert {name: size for name, size in sizes.items() if size > 250_000} == {}


def test_the_map_says_that_its_boundaries_imply_nothing_and_takes_another_base_map(tmp_path) -> None:
    from kzsim.figures import DISCLAIMER, read_basemap

    own = tmp_path / "own.geojson"
    own.write_text('{"features": []}', encoding="utf-8")
    (usual,) = makers()["map"](study("run"), speaker())
    (bare,) = makers(read_basemap(own))["map"](study("run"), speaker())
    assert DISCLAIMER in usual.source
    assert DISCLAIMER in bare.source
    assert len(figure_bytes(bare, "svg")) < len(figure_bytes(usual, "svg"))


@pytest.mark.parametrize(
    ("most", "shown"), [(313.0, (200, 50)), (23.0, (20, 5)), (1.0, (1, 0.2)), (0.0, ()), (math.nan, ())]
)
def test_a_key_of_sizes_has_a_round_throughput_that_is_there_and_about_a_quarter_of_it(most, shown) -> None:
    assert samples(most) == pytest.approx(shown)


def test_marks_in_the_key_of_a_map_have_the_size_they_have_on_it() -> None:
    (drawn,) = FIGURES["map"].draw(study("run"), speaker())
    ground, key = drawn.figure.axes
    assert "area of a mark: throughput a day, both" in " ".join(words_of(drawn)).replace("\n", " ")
    for mode, marker in (("road", "o"), ("rail", "s")):
        most = drawn.table.loc[drawn.table["mode"] == mode, "per_day"].max()
        largest = max(line.get_markersize() for line in ground.lines if line.get_marker() == marker)
        sizes = [line.get_markersize() for line in key.lines if line.get_marker() == marker]
        assert sizes == pytest.approx([largest * math.sqrt(one / most) for one in samples(most)])


def test_trains_are_squares_on_the_map_and_trucks_are_round() -> None:
    (drawn,) = FIGURES["map"].draw(study("run"), speaker())
    found = {(line.get_marker(), line.get_color()) for line in drawn.figure.axes[0].lines}
    assert {("o", told.COLOUR["road"]), ("s", told.COLOUR["rail"])} <= found


def test_the_map_shows_the_sum_of_both_directions_and_the_mean_delay_weighted_by_trucks() -> None:
    indicators = pd.DataFrame(
        [
            {
                "crossing": "bakhty",
                "mode": "road",
                "direction": way,
                "class": "all",
                "corridor": "all",
                "indicator": name,
                "mean": mean,
                "n": n,
            }
            for way, through, delay, n in (("kz_to_cn", 100.0, 10.0, 300), ("cn_to_kz", 50.0, 20.0, 100))
            for name, mean in (("throughput_per_day", through), ("delay", delay))
        ]
    )
    found = run_study()
    alone = replace(found, _read={**found._read, "indicators": indicators})
    (drawn,) = FIGURES["map"].draw(alone, speaker())
    row = drawn.table.iloc[0]
    assert row["per_day"] == 150.0
    assert row["delay_h"] == 12.5
    assert row["lat"] == evidence.crossings()["bakhty"].location["kz"].lat


@pytest.mark.parametrize(
    ("left_out", "kind"),
    [
        ("distribution", "distribution"),
        ("occupancy", "yard"),
        ("comparison", "gains"),
        ("comparison", "classes"),
    ],
)
def test_a_run_without_the_numbers_of_a_figure_has_none_and_the_kind_says_what_it_needs(
    left_out, kind
) -> None:
    assert FIGURES[kind].draw(run_study(**{left_out: None}), speaker()) == ()
    assert FIGURES[kind].needs


def test_one_replication_shows_no_convergence_and_says_that_there_is_no_interval() -> None:
    found = run_study(replications=1)
    first = found._read["replications"]
    alone = replace(found, _read={**found._read, "replications": first[first["replication"] == 0]})
    assert FIGURES["convergence"].draw(alone, speaker()) == ()
    (road, _) = FIGURES["crossing_time"].draw(alone, speaker())
    assert "No interval" in road.source


def test_a_grid_has_lines_and_heat_maps_and_a_sample_has_points() -> None:
    assert set(drawn_of("sweep")) == {"sweep_lines_road", "sweep_heat_road"}
    assert set(drawn_of("sample")) == {"sweep_points_road"}


def test_keys_of_a_sample_that_are_too_many_for_the_results_come_from_its_points() -> None:
    found = sweep_study("latin_hypercube")
    results = found._read["results"]
    bare = results.drop(columns=[name for name in results if str(name).startswith(("crossings.", "green_"))])
    points = pd.DataFrame(
        {
            "point": range(9),
            "demand": [f"{90 + 2 * n} %" for n in range(9)],
            "mode": ["a"] * 9,
            "replications": 3,
            "failure": "",
        }
    )
    sample = replace(found, _read={"results": bare, "points": points})
    (drawn,) = FIGURES["sweep_points"].draw(sample, speaker())
    assert "Demand, all flows" in drawn.title
    assert "demand [%]" in drawn.table.columns


def test_a_dollar_sign_or_a_backslash_in_a_title_is_shown_as_it_is() -> None:
    (drawn, *_) = FIGURES["hours"].draw(run_study(title=r"What $5 and $7 buy \alpha"), speaker())
    assert b"What $5 and $7 buy \\alpha" in figure_bytes(drawn, "svg", text="text")


def test_a_letter_that_no_font_has_is_named_once_and_the_figure_is_drawn_without_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(letters, "_others", lambda: ())
    letters._substitutes.cache_clear()
    (drawn, *_) = FIGURES["hours"].draw(run_study(title="Border \U00013000 \U0010fffd and ☃"), speaker())
    for form in ("svg", "pdf", "png"):
        assert figure_bytes(drawn, form)
    assert lacking([drawn, drawn]) == "\U00013000\U0010fffd"
    (plain, *_) = FIGURES["hours"].draw(run_study(), speaker())
    assert lacking([plain]) == ""
    letters._substitutes.cache_clear()


def test_a_letter_that_another_font_has_is_drawn_and_measured_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mark = "\U0010fffd"
    monkeypatch.setattr(letters, "_others", lambda: (("Other", frozenset("x")), ("Mine", frozenset(mark))))
    letters._substitutes.cache_clear()
    assert families_of("Қорғас →") == ("Kzsim Sans", "DejaVu Sans")
    assert families_of(f"Қорғас {mark}") == ("Kzsim Sans", "DejaVu Sans", "Mine")
    letters._substitutes.cache_clear()


def test_lines_are_no_wider_than_asked_and_no_word_is_lost() -> None:
    words = "Agricultural goods take longer than the rest at every crossing ± 5 % by road"
    lines = wrapped(words, 12, 2.0, bold=True)
    assert len(lines) > 2
    assert all(text_in(line, 12, bold=True) <= 2.0 for line in lines)
    assert " ".join(lines).replace("\N{NO-BREAK SPACE}", " ") == words


def test_chinese_is_broken_between_characters_but_names_are_not() -> None:
    lines = wrapped("公路排队星期三最长星期日最短在内分别为多少辆", 12, 1.0)
    assert len(lines) > 2
    assert all(text_in(line, 12) <= 1.0 for line in lines)
    assert wrapped("多斯特克 – 阿拉山口", 8.5, 1.0) == ["多斯特克\N{NO-BREAK SPACE}–", "阿拉山口"]


def test_a_ring_is_cut_at_the_window() -> None:
    import numpy as np

    square = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])
    corner = within(square, (3.0, 9.0, 3.0, 9.0))
    assert sorted(map(tuple, corner.tolist())) == [(3.0, 3.0), (3.0, 4.0), (4.0, 3.0), (4.0, 4.0)]
    assert len(within(square, (5.0, 9.0, 5.0, 9.0))) == 0
