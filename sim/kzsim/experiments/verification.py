"""A stored run made again, with another engine, and its outcomes compared with those it had."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzsim.engines.choice import Choice
from kzsim.experiments.errors import ResultsError
from kzsim.experiments.plain import scenario_from
from kzsim.experiments.replications import Progress, Task, replicating
from kzsim.experiments.resolved import RESOLVED, resolved_entries
from kzsim.scenario import Scenario

if TYPE_CHECKING:
    from kzsim.experiments.entities_file import StoredEntities

_NEEDED = {"title", "description", "scenario", "settings"}


@dataclass(frozen=True)
class Reproduction:
    """How many replications were made again, and which of them came out otherwise.

    ``different`` holds (replication, ``scenario``, ``counterfactual`` or ``trace``).
    """

    replications: int
    different: tuple[tuple[int, str], ...]
    traced: bool = False
    """Whether the rows of the run's trace were compared."""


def reproduce(
    scenario: Scenario,
    manifest: Mapping[str, Any],
    choice: Choice,
    *,
    replications: int | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
    trace: Path | None = None,
) -> Reproduction:
    """Make the first ``replications`` (None: all) of a stored run again and compare their outcomes.

    ``trace`` is the run's ``entities.parquet``, whose rows are then compared too, all of them. Raises
    ResultsError if the manifest has no outcomes to compare with, and what a run raises.
    """
    stored = _stored_outcomes(manifest)
    count = min(replications or manifest["replications"], manifest["replications"])
    task = Task(
        replace(scenario, replications=count),
        "counterfactual" in stored,
        choice.engine,
        choice.compiled,
        trace is not None,
    )
    different: list[tuple[int, str]] = []
    with _stored_trace(trace) as traced, replicating(task, jobs) as (_, answers):
        for done in answers:
            found = {"scenario": done.scenario_hash, "counterfactual": done.counterfactual_hash}
            different += [
                (done.number, which) for which in stored if stored[which][done.number] != found[which]
            ]
            if traced is not None and done.entities is not None:
                same = traced.equal(done.number, done.entities)
                different += [] if same else [(done.number, "trace")]
            if progress is not None:
                progress(done.number + 1, count)
            del done  # its table must be gone while the next is awaited
    return Reproduction(count, tuple(different), trace is not None)


def _stored_trace(path: Path | None) -> AbstractContextManager[StoredEntities | None]:
    if path is None:
        return nullcontext()
    from kzsim.experiments.entities_file import StoredEntities

    return closing(StoredEntities(path))


def _stored_outcomes(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    try:
        stored = {
            which: list(manifest["outcomes"][which])
            for which in ("scenario", "counterfactual")[: 1 + manifest["counterfactual"]]
        }
        whole = all(len(found) == manifest["replications"] for found in stored.values())
    except (KeyError, TypeError):
        whole = False
    if not whole:
        raise ResultsError(
            "The manifest does not hold the outcome of every replication: there is nothing to compare with.",
            "Run the scenario again with this version of kzsim.",
        )
    return stored


def stored_scenario(path: Path) -> Scenario:
    """The scenario of a stored run, from its ``scenario.resolved.yaml``. Raises ResultsError."""
    file = path / RESOLVED
    try:
        return scenario_of(file.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{file}: {error.strerror}."
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{file}: this is not a resolved scenario: {error}."
    raise ResultsError(message, "Remove the folder and run the scenario again.")


def scenario_of(text: str) -> Scenario:
    """Undo ``resolved_yaml``; warnings are not in it. ValueError, KeyError or TypeError if it is not one."""
    document = resolved_entries(text)
    if not document.keys() >= _NEEDED:
        raise ValueError(f"it lacks {', '.join(sorted(_NEEDED - document.keys()))}")
    said = document["scenario"]
    return scenario_from(
        document["settings"],
        title=document["title"],
        description=document["description"],
        origins={key: entry["origin"] for key, entry in said.items()},
        written={key: entry["value"] for key, entry in said.items()},
    )
