"""Files that are not scenarios at all, and paths that lead astray."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kzsim.scenario import ScenarioError, load, validate


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def message(path: str, *sets: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(path, sets)
    return str(caught.value)


def test_a_missing_file_names_the_one_that_was_probably_meant() -> None:
    Path("baseline_2023.yaml").write_text("title: A\n")
    assert message("basline_2023.yaml") == (
        "basline_2023.yaml: no such file, did you mean 'baseline_2023.yaml'?"
    )
    assert message("other.yaml") == "other.yaml: no such file"
    assert message("nowhere/other.yaml") == (
        "nowhere/other.yaml: no such file: the folder 'nowhere' does not exist"
    )
    assert message("baseline_2023.yaml/other.yaml") == (
        "baseline_2023.yaml/other.yaml: no such file: a part of the path before the last is not a folder"
    )


def test_a_file_of_100_mb_is_refused_without_reading_it() -> None:
    with Path("huge.yaml").open("wb") as stream:
        stream.truncate(100_000_000)  # sparse: takes no space on the disk
    assert message("huge.yaml") == (
        "huge.yaml: has 100.0 MB; a scenario has at most 1 MB (most have less than 0.01 MB). "
        "Is this the right file?"
    )


def test_a_binary_file_is_refused() -> None:
    Path("binary.yaml").write_bytes(b"\x7fELF\x02\x01\x01\x00\x00" + bytes(range(256)))
    assert message("binary.yaml") == "binary.yaml: is a binary file, not text; a scenario is a YAML text file"


def test_a_file_in_another_encoding_is_refused_at_its_first_strange_byte() -> None:
    Path("latin.yaml").write_bytes("title: A\ndescription: Z\u00fcrich\n".encode("latin-1"))
    assert message("latin.yaml") == (
        "latin.yaml:2:15: byte 0xFC is not UTF-8; save the file as UTF-8 "
        "(in the editor: Save as, encoding UTF-8)\n"
        "    2 | description: Z\ufffdrich\n"
        "      |               ^"
    )
    Path("wide.yaml").write_text("title: A\n", encoding="utf-16")
    assert message("wide.yaml") == (
        "wide.yaml: is saved as UTF-16; save it as UTF-8 (in the editor: Save as, encoding UTF-8)"
    )


def test_an_empty_file_is_refused() -> None:
    Path("empty.yaml").write_text("\n \n")
    assert message("empty.yaml") == (
        "empty.yaml: is empty; the shortest scenario has a title, such as 'title: My first scenario'"
    )


def test_a_folder_and_a_device_are_refused() -> None:
    Path("folder").mkdir()
    assert message("folder") == "folder: is a folder; name the scenario file in it"
    assert message("/dev/zero") == "/dev/zero: is not a regular file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused() -> None:
    Path("locked.yaml").write_text("title: A\n")
    Path("locked.yaml").chmod(0)
    assert message("locked.yaml") == "locked.yaml: may not be read by this user (permission denied)"


def test_a_link_must_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    Path("secret.yaml").write_text("title: Secret\n")
    Path("mine").mkdir()
    Path("mine/link.yaml").symlink_to(tmp_path / "secret.yaml")
    Path("mine/a.yaml").write_text("extends: link.yaml\n")
    assert message("mine/a.yaml") == (
        "mine/a.yaml:1:10: extends: 'link.yaml' leads out of the folder of the scenario; "
        "copy the file beside the scenario and name it from there\n"
        "    1 | extends: link.yaml\n"
        "      |          ^"
    )


def test_a_link_that_leads_to_itself_is_refused() -> None:
    Path("loop.yaml").symlink_to("loop.yaml")
    Path("a.yaml").write_text("extends: loop.yaml\n")
    assert "loop.yaml" in message("a.yaml")
    assert message("loop.yaml").startswith("loop.yaml: cannot be read")


def test_a_chain_of_more_than_ten_parents_is_refused() -> None:
    for number in range(12):
        Path(f"{number}.yaml").write_text(f"extends: {number + 1}.yaml\n")
    Path("12.yaml").write_text("title: The first\n")
    assert message("0.yaml") == (
        "10.yaml:1:10: extends: more than 10 scenarios extend each other in a row\n"
        "    1 | extends: 11.yaml\n"
        "      |          ^"
    )
    assert load("2.yaml").title == "The first"


def test_a_byte_order_mark_and_windows_line_ends_are_accepted() -> None:
    Path("windows.yaml").write_bytes(b"\xef\xbb\xbftitle: A\r\nreplications: 4\r\n")
    assert load("windows.yaml").replications == 4
    Path("broken.yaml").write_bytes(b"\xef\xbb\xbftitle: A\r\nreplications: x\r\n")
    assert message("broken.yaml").startswith("broken.yaml:2:15: replications: ")


def test_a_file_with_thousands_of_mistakes_lists_a_hundred() -> None:
    names = ", ".join(f"x{number}: 1" for number in range(3000))
    Path("a.yaml").write_text(f"title: A\nparameters: {{{names}}}\ncrossings: {{{names}}}\n")
    problems = validate("a.yaml")
    assert len(problems) == 101
    assert str(problems[-1]) == "a.yaml: further mistakes are not listed; mend these first"
    with pytest.raises(ScenarioError) as caught:
        load("a.yaml")
    assert caught.value.problems == problems


@given(
    st.text()
    | st.builds("title: A\n{}".format, st.text(alphabet="[]{}&*-:,?|>!%@`'\"# \n\tab1", max_size=80))
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_whatever_gives_anything_but_a_scenario_or_a_scenario_error(text: str) -> None:
    Path("a.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load("a.yaml")
    except ScenarioError as error:
        assert str(error)  # noqa: PT017


def test_validate_gives_the_problems_that_load_raises() -> None:
    Path("a.yaml").write_text("title: A\nseed: x\nweather: bad\n")
    assert "\n".join(map(str, validate("a.yaml"))) == message("a.yaml")
    assert [problem.line for problem in validate("a.yaml")] == [2, 3]
    assert validate("missing.yaml")[0].message == "no such file"
