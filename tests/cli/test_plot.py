"""`kzsim plot`."""

from __future__ import annotations

import csv
import errno
import json
import shutil
from pathlib import Path

import pytest

from kzsim.cli.options import LANGUAGES
from kzsim.cli.plot import EPILOG, FORMS
from kzsim.figures import catalogue
from kzsim.language import LANGUAGES as SPOKEN
from tests.cli.program import files_below


@pytest.fixture
def run(real_run, tmp_path) -> Path:
    """A copy of a stored run, to be drawn into."""
    copy = tmp_path / "results" / "tiny" / real_run.folder.name
    shutil.copytree(real_run.folder, copy)
    return copy


def test_every_figure_of_a_run_is_written_with_its_numbers_and_listed(call, run):
    done = call("plot", run)
    assert done.exit_code == 0, done.stderr
    names = files_below(run / "figures")
    drawn = {name.removesuffix(".svg") for name in names if name.endswith(".svg")}
    assert {f"{name}.csv" for name in drawn} | {f"{name}.svg" for name in drawn} == set(names)
    assert {"map", "crossing_time_road", "hours_road", "gains_road", "utilisation_road"} <= drawn
    for name in names:
        assert str(run / "figures" / name) in done.stdout
    assert "Not drawn: yard: it needs rail" in done.stderr
    with (run / "figures" / "map.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert float(row["per_day"]) > 0


def test_a_run_with_figures_beside_it_still_verifies(call, run):
    assert call("plot", run, "--figure", "map", "-q").exit_code == 0
    done = call("runs", "verify", run, "--replications", 1)
    assert "verified" in done.stdout
    assert done.exit_code == 0


def test_the_same_run_gives_the_same_bytes(call, run, tmp_path):
    for number in (1, 2):
        done = call(
            "plot", run, "--figure", "gains", "--format", "svg,pdf,png", "--out", tmp_path / str(number)
        )
        assert done.exit_code == 0
    first, again = ({path.name: path.read_bytes() for path in (tmp_path / n).iterdir()} for n in ("1", "2"))
    assert set(first) == {f"gains_road.{form}" for form in ("svg", "pdf", "png", "csv")}
    assert first == again


def test_quietly_only_the_paths_are_printed(call, run, tmp_path):
    done = call("plot", run, "--figure", "hours_road", "-q", "--out", tmp_path / "out")
    assert done.stdout.splitlines() == [
        str(tmp_path / "out" / f"hours_road.{form}") for form in ("svg", "csv")
    ]
    assert done.stderr == ""


def test_as_json_each_figure_has_its_title_and_files(call, run, tmp_path):
    done = call("plot", run, "--figure", "hours", "--json", "--out", tmp_path / "out")
    document = json.loads(done.stdout)
    (figure,) = document["figures"]
    assert document["status"] == "drawn"
    assert figure["name"] == "hours_road"
    assert figure["title"] in figure["alt"]
    assert [Path(path).suffix for path in figure["files"]] == [".svg", ".csv"]


def test_another_language_says_other_words(call, run, tmp_path):
    english, russian = (
        call("plot", run, "--figure", "crossing_time", "--lang", lang, "--out", tmp_path / lang).stdout
        for lang in ("en", "ru")
    )
    assert english.splitlines()[0] != russian.splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--figure", "mapp"], "no figure 'mapp', did you mean 'map'?"),
        (["--figure", "xyzzy"], "no figure 'xyzzy'; there are: map, crossing_time"),
        (["--figure", "gains_rail"], "no figure 'gains_rail', only gains_road"),
        (["--figure", "sensitivity"], "'sensitivity' is of a sensitivity study; "),
        (["--figure", "map", "--figure", "yard"], "'yard' cannot be drawn from"),
        (["--format", "svg,gif"], "'gif' is not a form of a figure; there are svg, pdf, png"),
        (["--lang", "de"], "'de'"),
        (["--basemap", "nowhere.geojson"], "nowhere.geojson"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_nothing_is_written(call, run, arguments, said):
    done = call("plot", run, *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (run / "figures").exists()


def test_a_base_map_of_another_make_is_refused(call, run, tmp_path):
    (tmp_path / "own.geojson").write_text("[]", encoding="utf-8")
    done = call("plot", run, "--basemap", tmp_path / "own.geojson")
    assert done.exit_code == 2
    assert "not a base map" in done.stderr
    assert not (run / "figures").exists()


def test_a_folder_that_cannot_be_made_is_refused_plainly(call, run, tmp_path):
    (tmp_path / "taken").write_text("", encoding="utf-8")
    done = call("plot", run, "--figure", "hours", "--out", tmp_path / "taken" / "in")
    assert done.exit_code == 2
    assert "in the way" in done.stderr


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 2, "the disk is full; no figures were written"),
        (KeyboardInterrupt(), 130, "Nothing was written"),
    ],
)
@pytest.mark.parametrize("there", [False, True])
def test_a_full_disk_or_ctrl_c_while_writing_leaves_everything_as_it_was(
    call, run, monkeypatch, error, code, said, there
):
    if there:
        (run / "figures").mkdir()
        (run / "figures" / "hours_road.svg").write_text("an old one", encoding="utf-8")
    before = files_below(run)
    real, written = Path.write_bytes, []

    def breaking(self: Path, content: bytes) -> int:
        written.append(self)
        real(self, content[: len(content) // 2])
        if len(written) == 3:
            raise error
        return real(self, content)

    monkeypatch.setattr(Path, "write_bytes", breaking)
    done = call("plot", run, "--figure", "hours", "--figure", "map")
    assert done.exit_code == code
    assert said in done.stderr
    assert len(written) == 3
    assert files_below(run) == before
    if there:
        assert (run / "figures" / "hours_road.svg").read_text(encoding="utf-8") == "an old one"


def test_a_folder_in_the_place_of_a_figure_keeps_all_from_being_written(call, run):
    (run / "figures" / "map.csv").mkdir(parents=True)
    done = call("plot", run, "--figure", "hours", "--figure", "map")
    assert done.exit_code == 2
    assert "map.csv: this is no file that could be replaced; no figures were written." in done.stderr
    assert files_below(run / "figures") == ["map.csv"]


def test_results_that_were_changed_are_not_drawn(call, run):
    with (run / "indicators.csv").open("ab") as file:
        file.write(b" ")
    done = call("plot", run)
    assert done.exit_code == 2
    assert "indicators.csv: this file was changed" in done.stderr


def test_the_help_names_every_figure_form_and_language(call):
    assert [name for name in catalogue.FIGURES if name not in EPILOG] == []
    assert (FORMS, LANGUAGES) == (catalogue.FORMS, SPOKEN)


def test_letters_without_a_font_are_named_in_one_line(call, run, monkeypatch):
    monkeypatch.setattr("kzsim.figures.letters.lacking", lambda _: "\u2603\U00013000")
    done = call("plot", run, "--figure", "hours", "-q")
    assert done.exit_code == 0
    (line,) = [line for line in done.stderr.splitlines() if "No font" in line]
    assert "☃ (U+2603), \U00013000 (U+13000)" in line
