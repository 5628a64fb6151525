"""Any stored result folder, opened alike: a run, a comparison, a sweep, or a study of what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzsim.experiments.disk import read_json, said_plainly, sha256_of
from kzsim.experiments.errors import ResultsError
from kzsim.experiments.identity import model_version
from kzsim.experiments.ledger import MANIFEST, verify
from kzsim.experiments.stored import resolve_run
from kzsim.experiments.sweeps.results import SWEEP_JSON
from kzsim.experiments.uncertainty.keeping import STUDY
from kzsim.indicators.compared import COMPARISON_TABLES
from kzsim.indicators.dictionary import TABLES, Table
from kzsim.indicators.entity_columns import ENTITIES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["STUDY", "SWEEP", "Study", "called", "open_study", "readable"]

SWEEP = SWEEP_JSON
KINDS = {"rank": "ranking"}
"""How a study is called here where its folder calls it otherwise."""
_CALLED = {"sensitivity": "sensitivity study", "plausible": "study of plausible worlds"}
_SPECS = {spec.file: spec for spec in (*TABLES, *COMPARISON_TABLES)}
_TABLE_FORMS = (".csv", ".parquet")


def called(kind: str) -> str:
    """A kind of study in the words of a message: ``study of plausible worlds``."""
    return _CALLED.get(kind, kind)


@dataclass(frozen=True)
class Study:
    """A stored result folder whose files are as they were written; its tables are read when asked for.

    ``kind``: ``run``, ``comparison``, ``sweep``, ``sensitivity``, ``ranking`` or ``plausible``.
    ``manifest``: what the folder says of itself, as plain values.
    """

    kind: str
    path: Path
    manifest: Mapping[str, Any]
    _read: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @property
    def tables(self) -> Mapping[str, str]:
        """The file of each table by its name: that of the data dictionary, else the file's without ending."""
        files = sorted((name for name in self.manifest["files"] if name.endswith(_TABLE_FORMS)), reverse=True)
        # of a table that is there twice the CSV comes last and is not taken: Parquet is quicker to read
        found: dict[str, str] = {}
        for name in files:
            if "/" not in name and name != ENTITIES:
                found.setdefault(_name_of(name), name)
        return dict(sorted(found.items()))

    @property
    def title(self) -> str:
        """What its author called it; of a comparison which scenarios it compares."""
        return str(self.manifest.get("title") or self.path.parent.name)

    @property
    def called(self) -> str:
        """Its kind as a message names it."""
        return called(self.kind)

    @property
    def name(self) -> str:
        """Name of its folder, which holds the time and the first digits of its digest."""
        return self.path.name

    def has(self, name: str) -> bool:
        """Whether it has a table of that name."""
        return name in self.tables

    def table(self, name: str) -> pd.DataFrame:
        """The table of that name, read once; whoever changes it changes it for all, so nobody may.

        Raises ResultsError that lists what there is if it has none, and for a file that cannot be read.
        """
        if name not in self._read:
            if not self.has(name):
                raise ResultsError(
                    f"{self.path}: it has no table '{name}', only {', '.join(self.tables)}.",
                    "An earlier version of kzsim may have made it: run it again.",
                )
            self._read[name] = _table(self.path / self.tables[name])
        return self._read[name]


def open_study(where: str | Path, out: Path = Path("results")) -> Study:
    """The stored results that a person names, with their checksums verified.

    ``where`` is a folder of results; or that of a scenario, for the latest of it; or a name as
    ``kzsim runs show`` takes it, below ``out``. Raises ResultsError if there is none, or if one of its
    files is missing or was changed. Of a trace only the presence is checked.
    """
    path = _resolve(str(where), out)
    if (path / MANIFEST).is_file():
        manifest = verify(path, (ENTITIES,))
        return Study(str(manifest.get("kind", "run")), path, manifest)
    if not any((path / name).is_file() for name in (STUDY, SWEEP_JSON)):
        raise ResultsError(
            f"{path}: the tables of this sweep are not written yet.",
            "The command of the sweep goes on with it.",
        )
    name = STUDY if (path / STUDY).is_file() else SWEEP_JSON
    document = _verified(path, name)
    kind = "sweep" if name == SWEEP_JSON else str(document.get("kind", ""))
    return Study(KINDS.get(kind, kind), path, document)


@contextmanager
def readable(study: Study) -> Iterator[None]:
    """Turn what the results of another version can make fail into ResultsError.

    Where this version stored them, the same is a fault of the program and is raised as it is.
    """
    try:
        yield
    except (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
        own, other = model_version(), study.manifest.get("model")
        if other == own:
            raise
        raise ResultsError(
            f"{study.path}: these results cannot be shown; the model of {other or 'an unknown version'} "
            f"stored them, and this is {own} ({error!r}).",
            "Make them again with this version.",
        ) from error


def _resolve(name: str, out: Path) -> Path:
    try:
        return resolve_run(name, out, "--results")
    except ResultsError:
        # a sweep or study is no run, and a scenario's folder does not point to it; if it is alone it is meant
        folders = (Path(name), out / name) if name else ()
        below = sorted({file.parent for folder in folders for file in _described_below(folder)})
        if not below:
            raise
    if len(below) > 1:
        listed = ", ".join(str(path) for path in below)
        raise ResultsError(f"{name}: more than one study has this name: {listed}.", "Give the whole path.")
    return below[0]


def _described_below(folder: Path) -> list[Path]:
    with said_plainly(folder):
        return [file for kind in (STUDY, SWEEP_JSON) for file in folder.glob(f"*/{kind}")]


def _verified(path: Path, name: str) -> dict[str, Any]:
    remedy = "Remove the folder and make it again."
    try:
        document = read_json(path / name)
        for file, digest in document["files"].items():
            if Path(file).is_absolute() or ".." in Path(file).parts:
                raise ResultsError(f"{path / name}: {file!r} is not the name of a result file.", remedy)
            if sha256_of(path / file) != digest:
                raise ResultsError(f"{path / file}: this file was changed after it was written.", remedy)
    except OSError as error:
        raise ResultsError(f"{error.filename or path}: {error.strerror}.", remedy) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultsError(
            f"{path / name}: this is not a description of results: {error!r}.", remedy
        ) from error
    if not isinstance(document, dict):
        raise ResultsError(f"{path / name}: this is not a description of results.", remedy)
    return document


def _name_of(file: str) -> str:
    spec = _SPECS.get(file)
    return spec.name if spec else file.rpartition(".")[0]


def _by_spec(path: Path, spec: Table) -> pd.DataFrame:
    """The table to the last bit, as ``read_table`` gives it and in a fraction of the time."""
    import pyarrow as pa
    import pyarrow.csv as pacsv

    types = {"text": pa.string(), "number": pa.float64(), "whole number": pa.int64(), "yes/no": pa.bool_()}
    options = pacsv.ConvertOptions(
        column_types={column.name: types[column.kind] for column in spec.columns},
        null_values=[""],
        strings_can_be_null=False,
        true_values=["True"],
        false_values=["False"],
    )
    made: pd.DataFrame = pacsv.read_csv(path, convert_options=options).to_pandas()
    return made


def _table(path: Path) -> pd.DataFrame:
    import pandas as pd

    from kzsim.experiments.files import read_extra

    spec = _SPECS.get(path.name)
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        # a file of that name in a study may have other columns than in a run
        with path.open(encoding="utf-8") as file:
            heading = file.readline().rstrip("\n").split(",")
        if spec is not None and tuple(heading) == spec.names:
            return _by_spec(path, spec)
        return read_extra(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(
            f"{path}: this table cannot be read: {error}.",
            "It may be of another version of kzsim; make it again.",
        ) from error
