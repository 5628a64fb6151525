"""A run's files as bytes, and back; the same tables give the same bytes."""

from __future__ import annotations

import io
import json
import math
import platform
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from kzsim._version import __version__
from kzsim.experiments.resolved import RESOLVED, resolved_yaml
from kzsim.experiments.result import RunResult
from kzsim.experiments.runs import Plan
from kzsim.indicators.dictionary import TABLES, Table
from kzsim.indicators.judgements import Judgement
from kzsim.indicators.tables import judgement_table

_PACKAGES = ("numba", "numpy", "pandas", "pyarrow", "scipy", "simpy")


def result_files(plan: Plan, result: RunResult) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file but the manifest."""
    yield RESOLVED, resolved_yaml(plan).encode()
    for spec in TABLES:
        if spec.name == "judgements":
            yield spec.file, csv_bytes(judgement_table(result.judgements))
            continue
        made: pd.DataFrame | None = getattr(result, spec.name)
        if made is not None:
            yield spec.file, parquet_bytes(made) if spec.file.endswith(".parquet") else csv_bytes(made)
    for name, extra in result.extras.items():
        yield name, csv_bytes(extra)


def csv_bytes(made: pd.DataFrame) -> bytes:
    """UTF-8, full precision, empty where there is no value."""
    return made.to_csv(index=False, lineterminator="\n").encode()


def parquet_bytes(made: pd.DataFrame) -> bytes:
    """Parquet with fixed settings and without pandas' own description of itself."""
    buffer = io.BytesIO()
    plain = pa.Table.from_pandas(made, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(plain, buffer, compression="zstd", version="2.6", data_page_version="1.0")
    return buffer.getvalue()


def manifest_text(
    plan: Plan, result: RunResult, hashes: Mapping[str, str], command: str, times: Mapping[str, Any]
) -> str:
    """The text of ``manifest.json``."""
    document = {
        "digest": plan.digest,
        "title": result.title,
        "kzsim": __version__,
        "model": plan.model_version,
        "python": platform.python_version(),
        "packages": package_versions(),
        "engine": result.engine,
        "command": command,
        "seed": result.seed,
        "replications": result.n_replications,
        "counterfactual": plan.counterfactual,
        "asked": dict(plan.asked),
        "start": result.start.isoformat(),
        "horizon_ms": result.horizon_ms,
        "run_in_ms": result.run_in_ms,
        "follow_up_ms": result.follow_up_ms,
        **times,
        "timing": dict(result.timing),
        "warnings": list(result.warnings),
        "notes": list(result.notes),
        "outcomes": {which: list(found) for which, found in result.outcomes.items()},
        "files": {name: hashes[name] for name in sorted(hashes)},
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def package_versions() -> dict[str, str]:
    """Versions of the packages that compute or write results."""
    return dict(_versions())


def _versions() -> Iterator[tuple[str, str]]:
    for name in _PACKAGES:
        with suppress(PackageNotFoundError):  # Numba need not be there
            yield name, version(name)


def read_result(path: Path, manifest: Mapping[str, Any]) -> RunResult:
    """The tables of a stored run, without the hourly readings."""
    found: dict[str, Any] = {}
    for spec in TABLES:
        if spec.file in manifest["files"] and spec.file.endswith(".csv"):
            found[spec.name] = read_table(path / spec.file, spec)
    known = {spec.file for spec in TABLES}
    extras = {
        name: read_extra(path / name)
        for name in sorted(manifest["files"])
        if name.endswith(".csv") and name not in known
    }
    names = [field.name for field in fields(Judgement)]
    rows = found["judgements"][names].itertuples(index=False, name=None)
    found["judgements"] = tuple(Judgement(**dict(zip(names, row, strict=True))) for row in rows)
    return RunResult(
        title=manifest["title"],
        seed=manifest["seed"],
        n_replications=manifest["replications"],
        start=datetime.fromisoformat(manifest["start"]),
        horizon_ms=manifest["horizon_ms"],
        run_in_ms=manifest["run_in_ms"],
        follow_up_ms=manifest["follow_up_ms"],
        engine=manifest["engine"],
        outcomes={which: tuple(found) for which, found in manifest["outcomes"].items()},
        timing=manifest["timing"],
        warnings=tuple(manifest["warnings"]),
        notes=tuple(manifest["notes"]),
        manifest=manifest,
        extras=extras,
        **found,
    )


_NAMES = ("alternative", "parameter", "scenario", "title")
"""Columns whose text may look like a number."""


def read_extra(path: Path) -> pd.DataFrame:
    """A table without a specification: flags, numbers to the last bit with NaN for none, else text."""
    made = pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False)
    for name in made.columns:
        texts = made[name].tolist()
        if name in _NAMES:
            continue
        if texts and all(text in ("True", "False") for text in texts):
            made[name] = [text == "True" for text in texts]
            continue
        with suppress(ValueError):
            made[name] = [float(text) if text else math.nan for text in texts]
    return made


def read_table(path: Path, spec: Table) -> pd.DataFrame:
    """A result file as it was before it was written, to the last bit."""
    made = pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False)
    if tuple(made.columns) != spec.names:
        raise ValueError(f"{path.name} has other columns than this version writes")
    for column in spec.columns:
        # Python's own float() reads back what was written to the last bit, whatever pandas' version
        if column.kind == "number":
            made[column.name] = [float(text) if text else math.nan for text in made[column.name]]
        elif column.kind == "whole number":
            made[column.name] = [int(text) for text in made[column.name]]
        elif column.kind == "yes/no":
            made[column.name] = [text == "True" for text in made[column.name]]
    kinds = {"text": "object", "number": "float64", "whole number": "int64", "yes/no": "bool"}
    return made.astype({column.name: kinds[column.kind] for column in spec.columns})
