"""What addresses show and do: no way out of the two folders, nothing overwritten, text never markup."""

from __future__ import annotations

import errno
import json
import re
from pathlib import Path

import pytest

from kzsim import experiments
from kzsim.scenario import load, validate
from kzsim.serve.answer import Answer
from kzsim.serve.folders import MARK, Folders, NameRefusedError
from kzsim.serve.guard import PAGE_POLICY, REPORT_POLICY
from kzsim.serve.html import Html, joined, tag
from kzsim.serve.jobs import BusyError, Job, Jobs
from kzsim.serve.site import ReportError, Site
from tests.cli.program import TINY

EVIL = "<script>alert(1)</script>&\"'"
NAMES = [
    "../tiny.yaml",
    "..",
    ".",
    "",
    "/etc/passwd",
    "tiny.yaml/..",
    "nothing.yaml",
    "tiny.yaml\0",
    "link.yaml",
]


class Clerk:
    """Stands in for the jobs: remembers what was to be started or stopped."""

    def __init__(self) -> None:
        self.job: Job | None = None
        self.started: list[tuple[Path, Path]] = []
        self.stopped = 0

    def start(self, scenario: Path, out: Path) -> Job:
        if self.job is not None and not self.job.over:
            raise BusyError(f"{self.job.scenario} is still running; stop it or wait until it is done.")
        self.started.append((scenario, out))
        self.job = Job(len(self.started), scenario.name)
        return self.job

    def stop(self) -> bool:
        self.stopped += 1
        return True


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two folders, and beside them what nobody may see."""
    (tmp_path / "scenarios" / "below").mkdir(parents=True)
    (tmp_path / "results").mkdir()
    (tmp_path / "scenarios" / "tiny.yaml").write_text(TINY, encoding="utf-8")
    (tmp_path / "secret.yaml").write_text("title: not to be seen\n", encoding="utf-8")
    (tmp_path / "scenarios" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    return tmp_path


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


@pytest.fixture
def site(home: Path, clerk: Clerk) -> Site:
    return made_site(home, clerk)


def made_site(home: Path, clerk: Clerk, **more: object) -> Site:
    return Site(Folders(home / "scenarios", home / "results"), clerk, "SECRET", **more)


def stored_run(home: Path, title: str = "Tiny") -> Path:
    """A real run of the tiny scenario, in the results folder."""
    scenario = load(home / "scenarios" / "tiny.yaml", [f"title={json.dumps(title)}", "replications=1"])
    planned = experiments.plan(scenario)
    result = experiments.execute(planned, experiments.choose_engine(planned))
    return experiments.store(home / "results" / "tiny", planned, result, command="kzsim run tiny.yaml")


def text(answer: Answer) -> str:
    return answer.body.decode()


# --- scenarios --------------------------------------------------------------------------------------------


def test_the_folder_lists_its_own_files_and_no_link_out_of_it(site: Site) -> None:
    page = text(site.get("/scenarios", {}))
    assert "tiny.yaml" in page
    assert "link.yaml" not in page
    assert "not to be seen" not in page


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leads_out_of_the_scenarios_folder(site: Site, clerk: Clerk, name: str) -> None:
    assert site.get("/edit", {"scenario": [name]}).status == 404
    assert site.post("/start", {"scenario": [name]}).status == 404
    assert clerk.started == []


@pytest.mark.parametrize(
    "name", ["../up", "a/b", "a\\b", ".hidden", "", "x" * 61, "con", "naïve", "a.b", "-x", "a\n"]
)
def test_a_copy_may_not_be_called_what_could_lead_elsewhere(site: Site, home: Path, name: str) -> None:
    before = sorted(home.rglob("*"))
    answer = site.post("/save", {"name": [name], "title": ["x"], "template": ["tiny.yaml"]})
    if name == "a\n":  # blanks around a name are taken away
        assert answer.status == 303
        return
    assert answer.status == 422
    assert "A name has 1 to 60 Latin letters" in text(answer)
    assert sorted(home.rglob("*")) == before


def test_a_copy_is_saved_as_the_form_says_and_is_valid(site: Site, home: Path) -> None:
    fields = {
        "name": ["mine"],
        "title": ["A: title # with signs"],
        "demand": ["101 %"],
        "simulate.rail": ["[]"],
    }
    answer = site.post("/save", fields)
    assert (answer.status, answer.location) == (303, "/SECRET/scenarios")
    path = home / "scenarios" / "mine.yaml"
    assert path.read_text(encoding="utf-8").startswith(f"# {MARK}\n")
    assert validate(path) == ()
    scenario = load(path)
    assert (scenario.title, scenario.demand_factor, scenario.rail) == ("A: title # with signs", 1.01, ())
    assert [item.name for item in path.parent.iterdir() if item.name.startswith(".")] == []


def test_what_was_saved_here_may_be_saved_over_and_nothing_else(site: Site, home: Path) -> None:
    for title in ("first", "second"):
        assert site.post("/save", {"name": ["mine"], "title": [title]}).status == 303
    assert load(home / "scenarios" / "mine.yaml").title == "second"
    for name in ("tiny", "TINY", "link"):
        answer = site.post("/save", {"name": [name], "title": ["x"]})
        assert answer.status == 422
        assert "choose another name" in text(answer)
    assert (home / "scenarios" / "tiny.yaml").read_text(encoding="utf-8") == TINY
    assert (home / "secret.yaml").read_text(encoding="utf-8") == "title: not to be seen\n"


def test_a_file_that_appears_while_one_saves_is_not_replaced(home: Path) -> None:
    folders = Folders(home / "scenarios", home / "results")
    path = folders.new_scenario("new")
    path.write_text("title: another's\n", encoding="utf-8")
    with pytest.raises(NameRefusedError, match="is there already"):
        folders.save(path, "title: mine\n")
    assert path.read_text(encoding="utf-8") == "title: another's\n"
    assert sorted(item.name for item in path.parent.iterdir()) == [
        "below",
        "link.yaml",
        "new.yaml",
        "tiny.yaml",
    ]


@pytest.mark.parametrize(("name", "whose"), [("first", "mine"), ("taken", "another's")])
def test_a_disk_that_knows_no_links_is_written_to_just_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, whose: str
) -> None:
    def refused(self: Path, target: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(self))  # as FAT says on Linux

    monkeypatch.setattr(Path, "hardlink_to", refused)
    folders = Folders(home / "scenarios", home / "results")
    path = folders.new_scenario(name)
    if name == "taken":
        path.write_text("title: another's\n", encoding="utf-8")
        with pytest.raises(NameRefusedError, match="is there already"):
            folders.save(path, "title: mine\n")
    else:
        folders.save(path, "title: mine\n")
    assert path.read_text(encoding="utf-8") == f"title: {whose}\n"
    assert not [item for item in path.parent.iterdir() if item.name.startswith(".")]


def test_a_name_that_was_taken_for_a_scenario_is_given_back_if_it_cannot_be_written(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path, target: Path) -> None:
        raise OSError(errno.EIO, "Input/output error", str(self))

    monkeypatch.setattr(Path, "hardlink_to", refused)
    monkeypatch.setattr(Path, "replace", refused)
    folders = Folders(home / "scenarios", home / "results")
    before = sorted(home.rglob("*"))
    with pytest.raises(NameRefusedError, match="cannot be written: Input/output error"):
        folders.save(folders.new_scenario("new"), "title: mine\n")
    assert sorted(home.rglob("*")) == before


def test_a_form_with_a_mistake_is_not_saved(site: Site, home: Path) -> None:
    answer = site.post("/save", {"name": ["mine"], "title": ["x"], "demand": ["3"]})
    assert answer.status == 422
    assert "a unit is missing after 3" in text(answer)
    assert not (home / "scenarios" / "mine.yaml").exists()


def test_a_check_says_what_validate_says_of_the_same_file(site: Site, home: Path) -> None:
    fields = {"name": ["mine"], "title": ["x"], "demand": ["3"], "green_corridors.bakhty.compliance": ["5 %"]}
    found = json.loads(site.post("/check", fields).body)
    path = home / "scenarios" / "mine.yaml"
    assert not path.exists()
    path.write_text(found["yaml"], encoding="utf-8")
    problems = validate(path)
    assert [(each["message"], each["warning"]) for each in found["remarks"]] == [
        (problem.message, problem.severity == "warning") for problem in problems
    ]
    assert [each["control"] for each in found["remarks"]] == [problem.key for problem in problems]
    assert found["verdict"] == "1 mistake, 1 warning."
    assert all(str(joined(str(problem))) in found["list"] for problem in problems)


def test_hidden_fields_that_were_changed_are_refused(site: Site) -> None:
    for kept in ("{", "[1]", '["a", 1]', "[[], 1]", '[["a"], ' + "[" * 200 + "]" * 200 + "]", "[[1], 2]"):
        assert site.post("/check", {"name": ["x"], "title": ["x"], "kept": [kept]}).status == 400


def test_what_no_control_shows_stays_in_the_copy(site: Site, home: Path) -> None:
    (home / "scenarios" / "odd.yaml").write_text(f"{TINY}crossings: {{dostyk: null}}\n", encoding="utf-8")
    page = text(site.get("/edit", {"scenario": ["odd.yaml"]}))
    assert "crossings.dostyk: null" in page
    kept = re.findall(r'name="kept" value="([^"]*)"', page)
    assert [item.replace("&quot;", '"') for item in kept] == ['[["crossings", "dostyk"], null]']
    fields = {"name": ["mine"], "title": ["x"], "kept": ['[["crossings", "dostyk"], null]']}
    assert "dostyk: null" in json.loads(site.post("/check", fields).body)["yaml"]


def test_a_file_that_cannot_be_read_is_listed_with_its_mistake(site: Site, home: Path) -> None:
    (home / "scenarios" / "broken.yaml").write_text("title: [\n", encoding="utf-8")
    assert "broken.yaml:" in text(site.get("/scenarios", {}))
    answer = site.get("/edit", {"scenario": ["broken.yaml"]})
    assert answer.status == 422
    assert "cannot be shown as a form" in text(answer)


def test_an_unsaid_value_is_shown_with_the_file_that_it_comes_from(site: Site, home: Path) -> None:
    (home / "scenarios" / "child.yaml").write_text("extends: tiny.yaml\ntitle: Child\n", encoding="utf-8")
    page = text(site.get("/edit", {"scenario": ["child.yaml"]}))
    assert "Where nothing is said: <code>1 day</code>, from tiny.yaml." in page
    assert "Where nothing is said: <code>standard</code>, from tiny.yaml." in page


def test_what_the_evidence_holds_stands_beside_the_control(home: Path, clerk: Clerk) -> None:
    site = made_site(
        home, clerk, held=lambda key, year: [f"held of {key} in {year}"] if key == "demand" else []
    )
    page = text(site.get("/edit", {"scenario": ["tiny.yaml"]}))
    assert "held of demand in 2023" in page
    assert re.search(
        r"Evidence of 2023: [\d,]+ trucks/day \(per open day\), range [\d,]+ to [\d,]+ \(\w+\)", page
    )


# --- simulations ------------------------------------------------------------------------------------------


def test_save_and_run_starts_what_was_saved(site: Site, clerk: Clerk, home: Path) -> None:
    answer = site.post("/save", {"name": ["mine"], "title": ["x"], "action": ["run"]})
    assert answer.location == "/SECRET/simulation"
    assert clerk.started == [(home / "scenarios" / "mine.yaml", home / "results")]


def test_a_second_simulation_is_refused_while_one_runs(site: Site, clerk: Clerk) -> None:
    assert site.post("/start", {"scenario": ["tiny.yaml"]}).status == 303
    answer = site.post("/start", {"scenario": ["tiny.yaml"]})
    assert answer.status == 409
    assert "tiny.yaml is still running" in text(answer)
    assert len(clerk.started) == 1


def test_nothing_is_started_while_the_server_ends(home: Path) -> None:
    jobs = Jobs()
    site = Site(Folders(home / "scenarios", home / "results"), jobs, "SECRET")
    jobs.close()
    answer = site.post("/start", {"scenario": ["tiny.yaml"]})
    assert answer.status == 503
    assert "The server is ending" in text(answer)
    assert jobs.job is None


def test_only_the_simulation_that_the_page_showed_is_stopped(site: Site, clerk: Clerk) -> None:
    site.post("/start", {"scenario": ["tiny.yaml"]})
    site.post("/stop", {"number": ["7"]})
    assert clerk.stopped == 0
    site.post("/stop", {"number": ["1"]})
    assert clerk.stopped == 1


def test_a_page_without_script_comes_again_while_a_simulation_runs(site: Site, clerk: Clerk) -> None:
    clerk.job = Job(1, "tiny.yaml", done=2, total=5)
    page = text(site.get("/simulation", {}))
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "tiny.yaml is running: 2 of 5 replications done." in page
    clerk.job = Job(1, "tiny.yaml", "failed", said=(EVIL,))
    page = text(site.get("/simulation", {}))
    assert "refresh" not in page
    assert str(joined(EVIL)) in page
    assert EVIL not in page


# --- results ----------------------------------------------------------------------------------------------


def test_a_run_is_listed_and_its_page_says_what_its_brief_says(site: Site, home: Path) -> None:
    stored = stored_run(home)
    assert f"/SECRET/results/tiny/{stored.name}" in text(site.get("/", {}))
    page = text(site.get(f"/results/tiny/{stored.name}", {}))
    assert "<h1>Tiny</h1>" in page
    assert "Every crossing, mode and direction" in page
    assert "indicators.csv" in page


def test_titles_and_messages_are_text_and_never_markup(site: Site, home: Path) -> None:
    stored = stored_run(home, EVIL)
    tiny = home / "scenarios" / "tiny.yaml"
    tiny.write_text(TINY.replace("Bakhty for six days", json.dumps(EVIL)), encoding="utf-8")
    for answer in (
        site.get("/", {}),
        site.get(f"/results/tiny/{stored.name}", {}),
        site.get("/scenarios", {}),
        site.get("/edit", {"scenario": ["tiny.yaml"]}),
        site.post(
            "/save", {"name": [EVIL], "title": [EVIL], "demand": [EVIL], "year": [EVIL], "template": [EVIL]}
        ),
    ):
        assert "<script>alert" not in text(answer)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text(answer)


def test_only_files_that_the_manifest_names_are_sent_and_as_downloads(site: Site, home: Path) -> None:
    stored = stored_run(home)
    (stored / "other.txt").write_text("not of the run", encoding="utf-8")
    place = f"/results/tiny/{stored.name}/files"
    assert site.get(f"{place}/indicators.csv", {}).file == stored / "indicators.csv"
    for name in (
        "other.txt",
        "manifest.json",
        "..",
        "..%2F..%2Fsecret.yaml",
        "%2Fetc%2Fpasswd",
        "",
        "indicators.csv/x",
    ):
        assert site.get(f"{place}/{name}", {}).status == 404


def test_a_manifest_that_names_a_file_elsewhere_is_not_followed(site: Site, home: Path) -> None:
    stored = stored_run(home)
    said = json.loads((stored / "manifest.json").read_text(encoding="utf-8"))
    said["files"] |= {"../../../secret.yaml": "0", "linked.csv": "0"}
    (stored / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    (stored / "linked.csv").symlink_to(home / "secret.yaml")
    place = f"/results/tiny/{stored.name}"
    for name in ("..%2F..%2F..%2Fsecret.yaml", "linked.csv"):
        assert site.get(f"{place}/files/{name}", {}).status == 404
    assert site.get(place, {}).status == 200


@pytest.mark.parametrize(
    "path", ["/results/tiny/nothing", "/results/../scenarios", "/results/..%2f..", "/results/tiny"]
)
def test_results_that_are_not_listed_are_not_found(site: Site, home: Path, path: str) -> None:
    stored_run(home)
    assert site.get(path, {}).status == 404


def test_results_that_were_changed_are_shown_with_what_is_wrong(site: Site, home: Path) -> None:
    stored = stored_run(home)
    (stored / "indicators.csv").write_text("changed\n", encoding="utf-8")
    answer = site.get(f"/results/tiny/{stored.name}", {})
    assert answer.status == 200
    assert "this file was changed after it was written" in text(answer)


def test_a_report_is_made_in_the_language_asked_for_and_boxed_in(home: Path, clerk: Clerk) -> None:
    asked: list[tuple[Path, str]] = []

    def report(path: Path, lang: str) -> bytes:
        asked.append((path, lang))
        return b"<!doctype html>the report"

    site = made_site(home, clerk, report=report)
    stored = stored_run(home)
    place = f"/results/tiny/{stored.name}"
    assert f"{place}/report?lang=kk" in text(site.get(place, {}))
    answer = site.get(f"{place}/report", {"lang": ["ru"]})
    assert (answer.body, answer.policy) == (b"<!doctype html>the report", REPORT_POLICY)
    assert asked == [(stored, "ru")]
    assert site.get(f"{place}/report", {"lang": ["xx"]}).status == 404
    assert site.get(place, {}).policy == PAGE_POLICY


def test_a_report_that_cannot_be_made_says_why(home: Path, clerk: Clerk) -> None:
    def report(path: Path, lang: str) -> bytes:
        raise ReportError(f"no report of {path.name} in {lang}")

    stored = stored_run(home)
    answer = made_site(home, clerk, report=report).get(f"/results/tiny/{stored.name}/report", {})
    assert answer.status == 422
    assert f"no report of {stored.name} in en" in text(answer)


@pytest.mark.parametrize("name", ["manifest.json", "study.json", "sweep.json"])
def test_a_description_that_is_nested_without_end_is_passed_over(site: Site, home: Path, name: str) -> None:
    stored = stored_run(home)
    other = home / "results" / "deep" / "x"
    other.mkdir(parents=True)
    (other / name).write_text('{"files": ' + "[" * 100_000 + "]" * 100_000 + "}", encoding="utf-8")
    page = text(site.get("/", {}))
    assert f"/SECRET/results/tiny/{stored.name}" in page
    assert "/results/deep/" not in page
    assert site.get("/results/deep/x", {}).status == 404


def test_links_that_lead_out_of_the_results_are_not_listed(site: Site, home: Path) -> None:
    stored = stored_run(home)
    outside = home / "outside" / "scenario" / stored.name
    outside.parent.mkdir(parents=True)
    stored.rename(outside)
    results = home / "results"
    (results / "tiny" / stored.name).symlink_to(outside)
    (results / "whole").symlink_to(outside.parent)
    (results / "tiny" / "loop").symlink_to(results / "tiny")
    (results / "file" / "x").mkdir(parents=True)
    (results / "file" / "x" / "manifest.json").symlink_to(outside / "manifest.json")
    page = text(site.get("/", {}))
    assert "/SECRET/results/" not in page
    for place in (f"tiny/{stored.name}", f"whole/{stored.name}", "file/x", "tiny/loop"):
        assert site.get(f"/results/{place}", {}).status == 404


def test_two_servers_on_the_same_folders_show_the_same(home: Path, clerk: Clerk) -> None:
    first, second = made_site(home, clerk), made_site(home, clerk)
    stored_run(home)
    assert first.get("/", {}) == second.get("/", {})


# --- markup -----------------------------------------------------------------------------------------------


def test_text_is_escaped_wherever_it_stands_and_markup_is_not_escaped_twice() -> None:
    made = tag("p", EVIL, tag("b", "<"), [None, "&"], title=EVIL, hidden=True, lang=None)
    safe = "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#x27;"
    assert made == f'<p title="{safe}" hidden>{safe}<b>&lt;</b>&amp;</p>'
    assert isinstance(made, Html)


def test_every_asset_is_packaged(site: Site) -> None:
    for name in ("serve.css", "serve.js"):
        assert site.get(f"/assets/{name}", {}).status == 200
    assert site.get("/assets/..%2Fsite.py", {}).status == 404


def test_a_results_folder_that_cannot_be_read_is_said(
    site: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(self: Path, pattern: str) -> object:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "glob", denied)
    assert "Choose another folder with --out." in text(site.get("/", {}))
    assert site.get("/results/tiny/x", {}).status == 404


def test_the_clerk_answers_as_jobs_do(clerk: Clerk) -> None:
    """The stand-in has no more than the real ones have."""
    assert {name for name in dir(clerk) if not name.startswith("_")} - {"started", "stopped"} <= set(
        dir(Jobs())
    )
