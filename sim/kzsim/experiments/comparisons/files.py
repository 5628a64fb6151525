"""A comparison's files as bytes, stored whole or not at all, and read back."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzsim._version import __version__
from kzsim.experiments.comparisons import trust
from kzsim.experiments.comparisons.plan import ComparisonPlan
from kzsim.experiments.comparisons.result import Comparison
from kzsim.experiments.comparisons.verdict_text import sentences
from kzsim.experiments.errors import ResultsError
from kzsim.experiments.files import csv_bytes, package_versions, read_table
from kzsim.experiments.identity import digest
from kzsim.experiments.ledger import keep, verify
from kzsim.experiments.models import expected_entities
from kzsim.experiments.period import common_days
from kzsim.experiments.resolved import resolved_yaml
from kzsim.experiments.runs import Plan
from kzsim.experiments.verification import scenario_of
from kzsim.indicators.compared import COMPARISON_TABLES

if TYPE_CHECKING:
    from datetime import datetime

    from kzsim.scenario import Scenario

KIND = "comparison"
VERDICTS = "verdicts.txt"


def store_comparison(
    folder: Path,
    plan: ComparisonPlan,
    result: Comparison,
    *,
    command: str,
    finished: datetime | None = None,
) -> Path:
    """Write a comparison and point ``LATEST`` to it; the path of its folder.

    If another process has stored the same meanwhile, that one is kept and returned. Raises ResultsError,
    and leaves nothing behind, if it cannot be written.
    """

    def manifest(hashes: Mapping[str, str], times: Mapping[str, Any]) -> str:
        return _manifest(plan, result, hashes, command, times)

    wall_s = float(result.timing.get("wall_s", 0.0))
    files = comparison_files(plan, result)
    return keep(folder, plan.digest, files, manifest, wall_s=wall_s, finished=finished)


def comparison_files(plan: ComparisonPlan, result: Comparison) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file but the manifest."""
    for number, scenario in enumerate(plan.scenarios):
        model = plan.models[number]
        used = dict(model.border.parameters.used)
        own = Plan(
            scenario=scenario,
            replications=scenario.replications,
            seed=scenario.seed,
            counterfactual=False,
            digest=digest(scenario, counterfactual=False, used=used),
            model_version=plan.model_version,
            expected=expected_entities(model),
            used=used,
            warnings=(),
            notes=(),
            model=model,
        )
        yield resolved_name(number), resolved_yaml(own).encode()
    for spec in COMPARISON_TABLES:
        made = getattr(result, spec.name)
        if made is not None:
            yield spec.file, csv_bytes(made)
    yield VERDICTS, _verdicts(result).encode()


def resolved_name(number: int) -> str:
    """The file that holds the resolved scenario of a world: the base is number 0."""
    return "base.resolved.yaml" if number == 0 else f"alternative_{number}.resolved.yaml"


def is_comparison(manifest: Mapping[str, Any]) -> bool:
    """Whether a stored manifest is that of a comparison."""
    return manifest.get("kind") == KIND


def load_comparison(path: Path) -> Comparison:
    """A stored comparison. Raises ResultsError if a file is missing or is not the one that was written."""
    manifest = verify(path)
    try:
        found: dict[str, Any] = {
            spec.name: read_table(path / spec.file, spec)
            for spec in COMPARISON_TABLES
            if spec.file in manifest["files"]
        }
        return Comparison(
            names=tuple(manifest["names"]),
            titles=tuple(manifest["titles"]),
            seed=manifest["seed"],
            n_replications=manifest["replications"],
            comparisons=manifest["comparisons"],
            measure_comparisons=manifest["measure_comparisons"],
            precision=manifest["precision"],
            reached=manifest["reached"],
            judgements=tuple(manifest["judgements"]),
            warnings=tuple(manifest["warnings"]),
            notes=tuple(manifest["notes"]),
            unchanged_within_h=manifest["unchanged_within_h"],
            engine=manifest["engine"],
            outcomes={name: tuple(hashes) for name, hashes in manifest["outcomes"].items()},
            timing=manifest["timing"],
            manifest=manifest,
            **found,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ResultsError(
            f"{path}: this comparison cannot be read: {error}.",
            "It may be of another version of kzsim; remove the folder and compare again.",
        ) from error


def stored_scenarios(path: Path, manifest: Mapping[str, Any]) -> tuple[Scenario, ...]:
    """Base and alternatives of a stored comparison. Raises ResultsError."""
    found = []
    for number in range(len(manifest["names"])):
        file = path / resolved_name(number)
        try:
            found.append(scenario_of(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ResultsError(
                f"{file}: this is not a resolved scenario: {error}.",
                "Remove the folder and compare again.",
            ) from error
    return tuple(found)


def _manifest(
    plan: ComparisonPlan,
    result: Comparison,
    hashes: Mapping[str, str],
    command: str,
    times: Mapping[str, Any],
) -> str:
    document = {
        "kind": KIND,
        "digest": plan.digest,
        "title": result.title,
        "kzsim": __version__,
        "model": plan.model_version,
        "python": platform.python_version(),
        "packages": package_versions(),
        "engine": result.engine,
        "command": command,
        "names": list(result.names),
        "titles": list(result.titles),
        "period": common_days(plan.scenarios),
        "seed": result.seed,
        "replications": result.n_replications,
        "counterfactual": False,
        "by_measure": plan.by_measure,
        "unchanged_within_h": result.unchanged_within_h,
        "precision": result.precision,
        "reached": result.reached,
        "most_replications": plan.replications,
        "comparisons": result.comparisons,
        "measure_comparisons": result.measure_comparisons,
        **times,
        "timing": dict(result.timing),
        "judgements": list(result.judgements),
        "warnings": list(result.warnings),
        "notes": list(result.notes),
        "outcomes": {which: list(found) for which, found in result.outcomes.items()},
        "files": {name: hashes[name] for name in sorted(hashes)},
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _verdicts(result: Comparison) -> str:
    """All verdicts as a text file, by themselves and together."""
    lines = [f"{result.title}: {result.n_replications} replications, seed {result.seed}."]
    lines.append("Mean crossing time of the same trucks and trains, 95 % intervals in brackets.")
    lines.append(trust.rule(result.unchanged_within_h))
    for simultaneous in (False, True):
        heading = "Intervals that hold together" if simultaneous else "Each interval by itself"
        lucky = trust.by_luck(result.differences)
        said = trust.together(result.comparisons, lucky, result.n_replications, simultaneous=simultaneous)
        lines += ["", heading, said] if said else ["", heading]
        for alternative in result.alternatives:
            lines += ["", f"{alternative} against {result.base}:"]
            within_h = result.unchanged_within_h
            said_of = sentences(result.verdicts, alternative, simultaneous=simultaneous, within_h=within_h)
            lines += [f"- {text}" for text in said_of]
    lines += ["", "How far to trust these figures", *(f"- {text}" for text in result.judgements)]
    return "\n".join(lines) + "\n"
