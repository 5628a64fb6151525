"""What `kzsim runs` does with a stored comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kzsim.cli import screen
from kzsim.cli.failures import ExitCode, Session, model_faults, results_mistakes


def is_one(path: Path) -> bool:
    """Return whether a stored folder holds a comparison."""
    from kzsim.experiments.comparisons import is_comparison
    from kzsim.experiments.disk import read_json

    try:
        manifest = read_json(path / "manifest.json")
    except (OSError, ValueError):
        return False  # whoever reads it next says what is wrong with it
    return isinstance(manifest, dict) and is_comparison(manifest)


def show(session: Session, path: Path, *, simultaneous: bool) -> ExitCode:
    """Print the summary of a stored comparison, as 'kzsim compare' did."""
    from kzsim.cli import compared, documents

    with results_mistakes():
        from kzsim.experiments.comparisons import load_comparison

        result = load_comparison(path)
    if session.json:
        documents.write(compared.document(result, path, again=True, simultaneous=simultaneous))
        return ExitCode.DONE
    manifest = result.manifest or {}
    screen.out(compared.lines(result, width=screen.width(), simultaneous=simultaneous))
    screen.out(["", f"Results: {path}"])
    screen.note(
        f"Made by kzsim {manifest.get('model')} with the {result.engine} engine, "
        f"finished {manifest.get('finished_utc')}: {manifest.get('command')}"
    )
    return ExitCode.DONE


def verify(
    session: Session,
    path: Path,
    manifest: Mapping[str, Any],
    *,
    engine: str | None,
    replications: int | None,
    jobs: int | None,
) -> tuple[str, str, dict[str, Any]]:
    """Make a stored comparison again and compare its outcomes: the status, what to say, and as data."""
    from kzsim.cli import progress
    from kzsim.cli.compare import comparison_mistakes
    from kzsim.cli.run import have_ready, worth
    from kzsim.cli.runs import told_outcomes

    with results_mistakes(), model_faults(), comparison_mistakes():
        from kzsim.experiments import comparisons

        scenarios = comparisons.stored_scenarios(path, manifest)
        plan = comparisons.plan_again(scenarios, manifest, replications)
        other = engine or ("reference" if manifest.get("engine") == "kernel" else "kernel")
        choice = comparisons.choose_for(plan, other)
        have_ready(session, choice)
        with progress.shown(session, title=plan.title) as report:
            found = comparisons.reproduce_comparison(
                plan,
                manifest,
                choice,
                jobs=jobs or worth(choice, plan.entities, plan.replications),
                progress=report,
            )
    same_model = manifest.get("model") == plan.model_version
    said = told_outcomes(found, dict(manifest), choice.engine, plan.model_version)
    details = {"engine": choice.engine, "same_model": same_model, **asdict(found)}
    return ("differs" if found.different else "verified"), said, details
