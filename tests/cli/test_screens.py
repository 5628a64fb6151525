"""What stands on the screen: wide, ordinary, narrow, coloured or not."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from kzsim.brief import digest
from kzsim.cli import summary
from tests.cli.examples import FLOWS, run_result
from tests.cli.program import command, environment

PLAIN = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\r")


def shown(result, width):
    return list(summary.lines("scenarios/mine.yaml", result, digest.flows(result), width=width))


def row(lines, *starts):
    (found,) = [line for line in lines if all(part in line for part in starts)]
    return re.split(r"\s{2,}", found.strip())


def test_a_wide_screen_gets_one_table():
    lines = shown(run_result(), 160)
    assert row(lines, "Bakhty", "KZ to CN", "quota") == [
        "Bakhty",
        *("KZ to CN", "61.2", "42.1", "2.1", "14.0", "37.9", "88.4", "33.7", "44.2", "29.5"),
        "62 % quota",
        "quota at CN intake",
    ]


def test_what_binds_is_said_in_words():
    text = "\n".join(shown(run_result(), 160))
    assert "servers at CN documents (87 % busy)" in text
    assert "CN hours" in text
    assert "places at CN tracks, kept by transship" in text
    assert "nothing" in text


def test_a_quantile_that_too_few_reached_is_a_dash():
    assert row(shown(run_result(), 160), "Nur Zholy", "CN hours")[7] == "–"


def test_rail_names_the_station_where_it_differs_from_the_crossing():
    assert "Rail (loaded trains; Nur Zholy: stations Altynkol - Khorgos)" in shown(run_result(), 160)


def test_trains_of_empties_stand_by_themselves_below_the_loaded_ones():
    lines = shown(run_result(), 160)
    below = lines[lines.index("Rail (trains of empties)") + 1 :][:2]
    assert row(below, "Dostyk", "KZ to CN")[2:4] == ["61.2", "3.10"]
    assert row(lines, "Dostyk", "tracks")[3] == "18.2"


def test_a_run_stored_before_there_were_figures_of_loaded_trains_is_still_shown():
    result = run_result()
    older = result.indicators[~result.indicators["class"].isin(["loaded", "empties"])].copy()
    rail = result.indicators[result.indicators["class"] == "loaded"].assign(**{"class": "all"})
    lines = shown(replace(result, indicators=pd.concat([older, rail])), 160)
    assert row(lines, "Dostyk", "tracks")[3] == "18.2"
    assert "Rail (trains of empties)" not in lines


def test_by_rail_the_users_of_a_corridor_are_trains_of_the_classes_it_takes():
    text = " ".join(" ".join(shown(run_result(), 100)).split())
    assert "Corridor users by road carry agricultural goods, by rail are container and grain trains" in text
    road = run_result(FLOWS[:3])
    assert "Corridor users carry agricultural goods" in " ".join(" ".join(shown(road, 100)).split())


def test_one_line_says_that_the_words_hold_at_once_and_single_intervals_do_not():
    text = " ".join(" ".join(shown(run_result(), 100)).split())
    assert "These 15 words hold at once with 95 %" in text
    assert "of 15 intervals at 95 % about 0.8 leave out the true value by chance." in text


def test_there_is_one_kind_of_delay_on_the_screen():
    lines = shown(run_result(), 160)
    below = lines[lines.index("What the green corridors changed") :]
    assert not any("delay" in line.casefold() for line in below)
    headings = [line for line in below if line.startswith("Crossing ")]
    assert headings
    assert all(line.find("users") < line.find("without") for line in headings)


@pytest.mark.parametrize("width", [160, 100, 80, 60, 40])
def test_no_line_is_wider_than_the_screen(width):
    lines = shown(run_result(), width)
    longest_word = max(len(word) for line in lines for word in line.split())
    assert max(map(len, lines)) <= max(width, longest_word + 6)


@pytest.mark.parametrize("width", [160, 80, 30])
def test_every_width_shows_every_figure(width):
    text = "\n".join(shown(run_result(), width))
    for figure in ("42.1", "88.4", "33.7", "44.2", "29.5", "62 %", "2.1"):
        assert figure in text


def test_an_ordinary_screen_gets_the_numbers_first_and_the_causes_below():
    lines = shown(run_result(), 80)
    assert len([line for line in lines if line.startswith("Crossing ")]) == 7
    assert row(lines, "Bakhty", "KZ to CN", "88.4")[-1] == "44.2"


def test_a_narrow_screen_gets_sentences():
    text = " ".join(" ".join(shown(run_result(), 40)).split())
    assert "Bakhty, KZ to CN: throughput per day 61.2; mean crossing time in hours 42.1;" in text


def test_without_corridors_in_force_that_is_said():
    result = run_result()
    other = result.comparison[result.comparison["corridor"] != "user"]
    assert "No truck or train of this scenario uses a green corridor." in shown(
        replace(result, comparison=other), 100
    )


def test_what_the_corridors_changed_is_a_paired_difference_with_its_interval_and_a_verdict():
    lines = shown(run_result(), 100)
    assert row(lines, "Bakhty", "KZ to CN", "−6.74")[2:5] == ["−6.74 ± 0.20", "+0.30 ± 0.20", "+0.11 ± 0.20"]
    text = " ".join(" ".join(lines).split())
    assert "Corridor users: gain at Bakhty (KZ to CN 6.74 h, CN to KZ 1.52 h), Nur Zholy (KZ to CN" in text
    assert "no change at Bakhty (CN to KZ); undecided at Nur Zholy (KZ to CN)." in text


def verdicts(result, who):
    text = " ".join(" ".join(shown(result, 100)).split())
    return text.partition(f"{who}: ")[2].partition(".")[0]


def test_a_verdict_that_holds_everywhere_names_no_crossing():
    result = run_result()
    compared = result.comparison.copy()
    compared.loc[compared["corridor"] == "other", "verdict"] = "undecided"
    assert verdicts(replace(result, comparison=compared), "Others") == "undecided everywhere"


def test_a_crossing_whose_directions_agree_is_named_once():
    result = run_result(FLOWS[:3])
    compared = result.comparison.copy()
    at = (compared["corridor"] == "other") & (compared["crossing"] == "bakhty")
    compared.loc[at, "verdict"] = "no change"
    text = verdicts(replace(result, comparison=compared), "Others")
    assert text == "no change at Bakhty; undecided at Nur Zholy (KZ to CN)"


def test_one_replication_has_no_interval():
    lines = shown(run_result(replications=1), 160)
    assert row(lines, "Bakhty", "KZ to CN", "quota at")[4] == "–"


def test_judgements_against_the_result_come_first():
    lines = shown(run_result(), 100)
    judged = [line for line in lines if line.startswith("- ")]
    assert "still grew" in judged[0]


def test_an_idle_flow_has_no_delay_to_speak_of():
    only = FLOWS[-1:]
    assert row(shown(run_result(only), 160), "Nur Zholy", "CN to KZ", "nothing")[-2:] == ["–", "nothing"]


pty = pytest.importorskip("pty")


def on_a_terminal(*arguments: object, columns: int = 80, **changes: str) -> tuple[int, str]:
    """Run the program with stdin, stdout and stderr on a terminal; exit code and what it showed."""
    import fcntl
    import struct
    import termios

    control, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        command(*arguments),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment(TERM="xterm-256color", **changes),
    )
    os.close(terminal)
    seen = b""
    while True:
        try:
            part = os.read(control, 65536)
        except OSError:  # the terminal's other end is closed
            break
        if not part:
            break
        seen += part
    os.close(control)
    return process.wait(timeout=60), seen.decode("utf-8")


def test_a_terminal_gets_bold_headings_in_its_own_width(real_run):
    code, text = on_a_terminal("run", real_run.scenario, "--out", real_run.out, columns=90)
    assert code == 0
    assert "\x1b[1mWhat the green corridors changed\x1b[0m" in text
    printed = PLAIN.sub("", text.rpartition("\x1b[2K")[2]).splitlines()
    assert max(len(line) for line in printed if str(real_run.out.parent) not in line) <= 90


def test_no_color_is_honoured(real_run):
    code, text = on_a_terminal("run", real_run.scenario, "--out", real_run.out, NO_COLOR="1")
    assert code == 0
    assert "\x1b[1m" not in text


def test_a_terminal_sees_progress_and_it_leaves_nothing_behind(tiny, tmp_path):
    arguments = ("--out", tmp_path / "out", "--replications", 2, "--no-counterfactual")
    code, text = on_a_terminal("run", tiny, *arguments, columns=120)
    assert code == 0
    assert " of 2 replications" in PLAIN.sub("", text)
    last = text.rpartition("\x1b[2K")[2]
    assert PLAIN.sub("", last).startswith("Bakhty for six days")


def test_quiet_shows_no_progress_on_a_terminal(tiny, tmp_path):
    arguments = ("--out", tmp_path / "out", "--replications", 1, "--no-counterfactual", "-q")
    code, text = on_a_terminal("run", tiny, *arguments, columns=120)
    assert code == 0
    assert Path(text.strip()).name == Path(PLAIN.sub("", text).strip()).name
    assert len(text.split()) == 1


def test_columns_sets_the_width_of_output_that_goes_to_a_file(process, real_run):
    done = process("run", real_run.scenario, "--out", real_run.out, COLUMNS="40")
    assert "Bakhty, KZ to CN: throughput per day" in done.stdout


def test_an_encoding_that_lacks_a_character_gets_a_question_mark_not_a_crash(real_run):
    done = subprocess.run(
        command("run", real_run.scenario, "--out", real_run.out),
        capture_output=True,
        env=environment(PYTHONIOENCODING="latin-1"),
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert "shorter (?)" in " ".join(done.stdout.decode("latin-1").split())
