"""The HTML page of a year's run, after its figures: processor time, and bytes in each language."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.pairs import Spread
from benchmarks.settings import Settings
from benchmarks.table import Row
from kzsim.brief.content import brief_of
from kzsim.brief.html import html_page
from kzsim.cli.report import figures
from kzsim.experiments.studies import Study, open_study
from kzsim.language import LANGUAGES, speaker

SCENARIO = Path(__file__).parents[1] / "scenarios" / "green_all.yaml"


def report(settings: Settings) -> Iterator[Row]:
    """A run of green_all over the year, then its page; the studies' tables are read anew each time."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["run", str(SCENARIO), "--replications", "5", "--out", folder, "-q"]
        subprocess.run([sys.executable, "-m", "kzsim", *words], check=False, capture_output=True)
        seconds, clock, size = [], [], {}
        for number in range(settings.repetitions):
            lang = LANGUAGES[number % len(LANGUAGES)]
            used, took, size[lang] = _page(open_study(f"{folder}/green_all", Path(folder)), lang)
            seconds.append(used)
            clock.append(took)
    told = ", ".join(f"{lang} {bytes_ / 1000:,.0f}" for lang, bytes_ in size.items())
    yield Row(
        "page of a year's run after its figures, s of processor time", Spread.of(seconds).text(3), "", "2"
    )
    yield Row("the same by the clock, s", Spread.of(clock).text(3), "≤ 3", "2")
    yield Row("its size, kB", told, "≤ 1,000", "700")


def _page(study: Study, lang: str) -> tuple[float, float, int]:
    say = speaker(lang)
    brief, drawn = brief_of(study, say), figures(study, say)
    used, began = time.process_time(), time.perf_counter()
    made = html_page(brief, study, drawn, say)
    return time.process_time() - used, time.perf_counter() - began, len(made)
