"""Help and usage."""

from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest

import kzsim
from kzsim.cli import main
from tests.cli.program import environment

HEAVY = ("matplotlib", "numba", "numpy", "pandas", "pyarrow", "pydantic", "rich", "scipy", "simpy", "yaml")


def modules_after(code: str) -> set[str]:
    """The modules a fresh interpreter has imported after running `code`."""
    script = (
        f"import contextlib, io, json, sys\nwith contextlib.redirect_stdout(io.StringIO()):\n    {code}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script + "print(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        ["compare", "--help"],
        ["validate", "-h"],
        ["explain", "-h"],
        ["serve", "-h"],
        ["init", "-h"],
    ],
)
def test_help_imports_nothing_heavy(arguments):
    modules = modules_after(f"import kzsim.cli; kzsim.cli.main({arguments!r}, standalone_mode=False)")
    assert not modules & set(HEAVY)


def test_importing_the_package_imports_nothing_but_the_package():
    modules = modules_after("import kzsim")
    assert {name for name in modules if name.startswith("kzsim")} == {"kzsim", "kzsim._version"}


def test_validating_a_scenario_needs_no_simulation(tmp_path):
    modules = modules_after(
        "import kzsim.cli; kzsim.cli.main(['validate', 'missing'], standalone_mode=False)"
    )
    assert not modules & {"pandas", "scipy", "simpy", "pyarrow", "matplotlib"}


def test_help_names_every_verb_and_exit_code(call):
    done = call("--help")
    assert done.exit_code == 0
    for word in ("run", "compare", "validate", "runs", "warmup", "explain", "130 interrupted"):
        assert word in done.stdout


def test_the_version_is_the_packages(call):
    assert call("--version").stdout == f"kzsim {kzsim.__version__}\n"


def test_an_unknown_verb_is_answered_with_the_nearest_one(call):
    done = call("rum")
    assert done.exit_code == 2
    assert "no command 'rum', did you mean 'run'?" in done.stderr
    assert done.stdout == ""


def test_an_unknown_verb_far_from_any_is_answered_with_all(call):
    verbs = ", ".join(main.list_commands(click.Context(main)))
    assert f"there are: {verbs}." in call("simulate-all").stderr


def test_an_unknown_option_is_answered_with_the_nearest_one(call):
    done = call("run", "x.yaml", "--replication", "3")
    assert done.exit_code == 2
    assert "--replications" in done.stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--replications", "0"),
        ("--replications", "many"),
        ("--seed", "-1"),
        ("--jobs", "0"),
        ("--jobs", "1.5"),
    ],
)
def test_a_number_out_of_range_names_its_option(call, option, value):
    done = call("run", "x.yaml", option, value)
    assert done.exit_code == 2
    assert option in done.stderr
    assert value in done.stderr


def test_the_public_names_are_listed_before_they_are_imported():
    assert {"load", "run", "__version__"} <= set(dir(kzsim))


def test_a_name_the_package_lacks_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'simulate'"):
        kzsim.simulate  # noqa: B018


def test_the_module_answers_like_the_command(process):
    assert process("--version").stdout == f"kzsim {kzsim.__version__}\n"


def test_a_notebook_loads_and_runs_a_scenario_with_two_names(tiny):
    result = kzsim.run(kzsim.load(tiny), replications=1, counterfactual=False)
    assert set(result.indicators["crossing"]) == {"bakhty"}
