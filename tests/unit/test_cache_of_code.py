from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kzsim import codecache, compiled, machinecode
from kzsim.engines import choice
from kzsim.experiments import warmup

PACKAGE = Path(codecache.__file__).parent

needs_compiler = pytest.mark.skipif(not compiled.IS_COMPILED, reason="needs a compiler")

COMPILE = """
from kzsim import compiled
from kzsim.compiled import compiled as by_numba

@by_numba
def settle(x: int) -> int:
    return x + 1

print(settle(1))
"""

PARTS = """
from kzsim import codecache, compiled
from kzsim.compiled import compiled as by_numba

@by_numba
def inner(x: int) -> int:
    return x + 1

@by_numba
def settle(x: int) -> int:
    return inner(inner(x))

assert isinstance(inner, compiled.Part)
kept = {file.name.split("-")[0] for file in codecache.place().folder.rglob("*.code")}
print(settle(1), inner(1), inner.alone()(1), len(settle.signatures), sorted(kept))
"""


CALLS = """
import sys
import numpy as np
from kzsim.compiled import compiled as by_numba

@by_numba
def of_row(table, row):
    return table[row, 0], table[row, 1] > 2

@by_numba
def put_right(table, row, is_wanted):
    if is_wanted:
        table[row, 1] = -1

@by_numba
def mean(shares, upto):
    total = 0.0
    for i in range(upto):
        total += shares[i]
    return total / upto

@by_numba
def every(step):
    last = 0
    for i in range(0, 9, step):
        last = i
    return last

@by_numba
def settle(table, shares, step):
    found = 0.0
    for row in range(table.shape[0]):
        first, is_large = of_row(table, row)
        put_right(table, row, is_large)
        found += first * mean(shares, row + 1)
    return int(found) + every(step)

table = np.array([[3, 1], [5, 2], [7, 3], [9, 4]])
wanted, shares, step = table.copy(), np.array([1.0, 3.0, 5.0, 7.0]), int(sys.argv[1])
said = settle(table, shares, step)
assert said == settle.py_func(wanted, shares, step), said
assert table.tolist() == wanted.tolist() == [[3, 1], [5, 2], [7, -1], [9, -1]]
assert mean.alone()(shares, 2) == 2.0
print(said)
"""


def python(script: str, *arguments: object, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), **environment},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    return tmp_path


def test_the_folder_follows_the_platforms_custom(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert codecache.user_folder() == plain / ".cache" / "kzsim"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert codecache.user_folder() == plain / "Library" / "Caches" / "kzsim"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(plain / "Local"))
    assert codecache.user_folder() == plain / "Local" / "kzsim" / "Cache"


def test_the_environment_can_name_another_folder(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert codecache.user_folder() == plain / ".cache" / "kzsim"
    monkeypatch.setenv("XDG_CACHE_HOME", str(plain / "xdg"))
    assert codecache.user_folder() == plain / "xdg" / "kzsim"
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(plain / "numba"))
    assert codecache.user_folder() == plain / "numba" / "kzsim"


@needs_compiler
def test_the_name_of_the_folder_holds_versions_and_sources() -> None:
    import numba
    import numpy as np

    name = codecache.folder_name()
    assert f"numba{numba.__version__}-numpy{np.__version__}" in name
    assert codecache.sources_hash(PACKAGE) in name


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("engines/kernel/loop.py", True),
        ("engines/kernel/heap.py", True),
        ("draws/scalar.py", True),
        ("network/model.py", True),
        ("compiled.py", True),
        ("compiled_calls.py", True),
        ("compiled_pipeline.py", True),
        ("machinecode.py", True),
        ("cli/run.py", False),
        ("engines/reference/engine.py", False),
    ],
)
def test_the_sources_that_count_are_those_of_the_compiled_code(
    tmp_path: Path, file: str, counts: bool
) -> None:
    copy = tmp_path / "kzsim"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "data"))
    before = codecache.sources_hash(copy)
    assert before == codecache.sources_hash(PACKAGE)
    with (copy / file).open("a", encoding="utf-8") as changed:
        changed.write("\n# changed\n")
    assert (codecache.sources_hash(copy) != before) is counts


@needs_compiler
def test_parts_take_arrays_and_give_numbers_truths_pairs_and_nothing_as_in_python(tmp_path: Path) -> None:
    """A put_right is called and not put in; 3 * 1 + 5 * 2 + 7 * 3 + 9 * 4 and the last of 0, 4, 8."""
    assert python(CALLS, 4, NUMBA_CACHE_DIR=str(tmp_path)) == "78\n"


@needs_compiler
def test_what_numba_would_raise_in_a_part_stops_the_process(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent), "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", CALLS, "0"], env=environment, capture_output=True, check=False
    )
    # a step of 0 in Python, with which the result would be compared, ends with 1
    assert done.returncode not in {0, 1}


@needs_compiler
def test_machine_code_lies_in_the_folder_and_nowhere_else(tmp_path: Path) -> None:
    script = tmp_path / "module.py"
    script.write_text(COMPILE, encoding="utf-8")
    call = "import sys; sys.path.insert(0, sys.argv[1]); import module, numba; print(numba.config.CACHE_DIR)"
    printed = python(call, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "kept"))
    assert printed == f"2\n{tmp_path / 'kept'}\n", "the process's own setting stays as it was"
    (folder,) = (tmp_path / "kept" / "kzsim").iterdir()
    assert [path.suffix for path in folder.iterdir()] == [".code"]
    assert not list(script.parent.glob("__pycache__/*.nb?"))


@needs_compiler
def test_a_part_goes_into_its_callers_and_is_neither_kept_nor_needed_by_itself(tmp_path: Path) -> None:
    script = tmp_path / "module.py"
    script.write_text(PARTS.replace("kept = ", "settle(1)\nkept = "), encoding="utf-8")
    call = "import sys; sys.path.insert(0, sys.argv[1]); import module"
    for _ in ("compiled", "read back"):
        printed = python(call, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "kept"))
        assert printed == "3 2 2 1 ['module.settle']\n"


READ_BACK = """
import sys
from kzsim import codecache, compiled
from kzsim.compiled import compiled as by_numba
import numpy as np

@by_numba
def settle(table: object, times: int, share: float) -> float:
    total = 0.0
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            total += table[i, j] * times * share
            table[i, j] = times
    return total

table = np.arange(6, dtype=np.int64).reshape(2, 3)
print(settle(table, 3, 0.5), table.tolist(), settle(table[:, :1], 3, 0.5), settle(table.T, 1, 1.0))
print("numba" in sys.modules, len(settle.signatures), len(settle.codes))
"""


@needs_compiler
def test_machine_code_is_read_back_without_the_compiler_and_gives_the_same(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(READ_BACK, encoding="utf-8")
    call = "import sys; sys.path.insert(0, sys.argv[1]); import module"
    first, again = (python(call, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "kept")) for _ in range(2))
    figures, about = first.splitlines()
    assert figures == "22.5 [[3, 3, 3], [3, 3, 3]] 9.0 18.0"
    assert about == "True 3 3", "in C order, in none, and in Fortran's"
    assert again == f"{figures}\nFalse 3 3\n"


@needs_compiler
@pytest.mark.parametrize("content", ["", "no json\n", '{"symbol": "a", "returns": "none"}\n', None])
def test_damaged_machine_code_is_not_called(tmp_path: Path, content: str | None) -> None:
    code, key = machinecode.Code("a_function", "int64", b"object code"), ("int64",)
    machinecode.write(tmp_path, "module.settle", key, code)
    assert machinecode.read(tmp_path, "module.settle", key) == code
    assert machinecode.read(tmp_path, "module.settle", ("float64",)) is None
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:-1] if content is None else content.encode())
    with pytest.raises(warmup._UNREADABLE):
        machinecode.read(tmp_path, "module.settle", key)


@needs_compiler
def test_a_damaged_file_costs_a_compilation_and_a_word(tmp_path: Path) -> None:
    script = """
from kzsim import codecache, compiled
from kzsim.experiments import warmup
from kzsim.compiled import Root

def run_everything():
    root = Root(plain)
    print(root(1), len(root.codes))

def plain(x):
    return x + 1

warmup.run_everything = run_everything
first = warmup._make_ready()
(kept,) = codecache.place().folder.glob("*.code")
kept.write_bytes(kept.read_bytes()[:-9])
again = warmup._make_ready()
print(first.warning == "", "is damaged" in again.warning, again.was_complete)
"""
    printed = python(script, NUMBA_CACHE_DIR=str(tmp_path)).splitlines()
    assert printed == ["2 1", "2 1", "True True False"]


def test_what_is_neither_an_array_nor_a_number_is_refused() -> None:
    for argument in ("text", None, True, [1]):
        with pytest.raises(TypeError, match=f"not {type(argument).__name__}"):
            machinecode.sort_of((argument,))


@needs_compiler
def test_a_number_beyond_64_bits_is_refused(tmp_path: Path) -> None:
    script = tmp_path / "module.py"
    script.write_text(COMPILE, encoding="utf-8")
    call = (
        "import sys; sys.path.insert(0, sys.argv[1]); import module\n"
        "try:\n    module.settle(2**63)\nexcept OverflowError as error:\n    print(error)"
    )
    printed = python(call, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "kept"))
    assert printed == "2\n9223372036854775808 does not fit into 64 bits\n"


@needs_compiler
def test_without_the_parts_of_numba_that_are_replaced_it_compiles_as_usual(tmp_path: Path) -> None:
    script = tmp_path / "module.py"
    script.write_text(PARTS.split("assert")[0] + "print(settle(1), inner(1))", encoding="utf-8")
    call = (
        "import sys; sys.path.insert(0, sys.argv[1]); import numba.core.typed_passes as passes\n"
        "import numba\n"
        "del passes.NativeLowering\n"
        "import module"
    )
    assert python(call, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "kept")) == "3 2\n"


@needs_compiler
def test_the_warm_up_leaves_nothing_to_compile_that_python_calls() -> None:
    script = """
from kzsim import compiled
from kzsim.experiments import warmup

warmup.run_everything()
print(*sorted(root.__name__ for root in compiled._roots if len(root.codes) == len(root.signatures) == 1))
"""
    assert python(script).split() == sorted(compiled.ROOTS)


@needs_compiler
def test_a_copy_of_the_sources_elsewhere_is_not_taken_for_compiled(tmp_path: Path) -> None:
    copy = tmp_path / "copy" / "kzsim"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    kept = {"NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    ask = "from kzsim import codecache; print(codecache.place().folder.name, codecache.is_complete())"
    python(f"{ask}; codecache.mark_complete()", **kept)
    here = python(ask, **kept).split()
    there = python(ask, **kept, PYTHONPATH=str(copy.parent)).split()
    assert here[0] == there[0], "the same sources"
    assert (here[1], there[1]) == ("True", "False")


@needs_compiler
def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    script = tmp_path / "module.py"
    script.write_text(COMPILE, encoding="utf-8")
    call = (
        "import sys; sys.path.insert(0, sys.argv[1]); import module; from kzsim import codecache;"
        "print(codecache.place().folder, codecache.place().refused, codecache.is_complete())"
    )
    said = python(call, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "file")).splitlines()
    assert said[0] == "2"
    assert said[1].startswith("None ")
    assert "Not a directory" in said[1]
    assert said[1].endswith("False")


@needs_compiler
@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), EOFError("Ran out of input"), ValueError("bad marshal")]
)
def test_damaged_machine_code_and_a_full_disk_cost_time_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    (tmp_path / "complete").touch()
    (tmp_path / "module_0" / "half").mkdir(parents=True)
    calls: list[str] = []

    def fails_once() -> None:
        calls.append("run")
        if len(calls) == 1:
            raise error

    monkeypatch.setattr(codecache, "place", lambda: codecache.Place(tmp_path))
    monkeypatch.setattr(compiled, "keep_nothing", lambda: calls.append("keep nothing"))
    monkeypatch.setattr(warmup, "run_everything", fails_once)
    ready = warmup._make_ready()
    assert calls == ["run", "keep nothing", "run"]
    assert not ready.was_complete
    assert str(error) in ready.warning
    assert list(tmp_path.iterdir()) == [], "the next run starts afresh"


@needs_compiler
def test_a_fault_in_the_code_itself_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise TypeError("no such signature")

    monkeypatch.setattr(codecache, "place", lambda: codecache.Place(tmp_path))
    monkeypatch.setattr(compiled, "keep_nothing", lambda: None)
    monkeypatch.setattr(warmup, "run_everything", fails)
    with pytest.raises(TypeError, match="no such signature"):
        warmup._make_ready()


def test_without_a_compiler_everything_is_plain_python() -> None:
    script = (
        "from kzsim.engines import choice; from kzsim import compiled; import sys;"
        "from kzsim.engines.kernel.loop import advance;"
        "print(type(advance).__name__, compiled.in_use(), 'numba' in sys.modules);"
        "print(choice.choose(None, 1e9)); print(choice.choose('kernel', 1e9))"
    )
    said = python(script, NUMBA_DISABLE_JIT="1").splitlines()
    assert said[0] == "function False False"
    assert "engine='reference', compiled=False" in said[1]
    assert "Numba is switched off (NUMBA_DISABLE_JIT)" in said[1]
    assert "engine='kernel', compiled=False" in said[2]


def test_a_numba_that_refuses_to_be_imported_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "numba.py").write_text("raise ImportError('needs another NumPy')", encoding="utf-8")
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from kzsim.engines import choice;"
        "print(choice.choose(None, 1e9))"
    )
    nothing_kept = {"NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    assert "Numba does not work here: the reference engine" in python(script, tmp_path, **nothing_kept)


@needs_compiler
def test_a_small_job_does_not_wait_for_the_compiler() -> None:
    small = choice.choose(None, choice.SMALL - 1, ready=False)
    assert (small.engine, small.compiled) == ("reference", False)
    assert "kzsim warmup" in small.said
    for asked, entities, ready in (("kernel", 1, False), (None, choice.SMALL, False), (None, 1, True)):
        found = choice.choose(asked, entities, ready=ready)
        assert (found.engine, found.compiled) == ("kernel", True)
        assert bool(found.said) is not ready, "a compilation is announced"


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="'warp' is not an engine; there are: kernel, reference"):
        choice.choose("warp", 1)


def test_the_compiler_can_be_set_aside_for_a_while() -> None:
    before = compiled.in_use()
    with compiled.set_aside():
        assert not compiled.in_use()
    assert compiled.in_use() is before
