"""What a brief says, as data: every sentence and number in it is computed from a stored study.

``brief_of`` is the only way in. What it returns holds text that is ready to be shown in one language; a
page or a PDF lays it out and adds no finding of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

About = Literal["robust", "wins", "pays", "waits", "binds", "best", "spread"]
"""What a message is about: the verdict over plausible worlds, who wins, who pays, where the hours go, what
limits throughput; of a sweep the best point and how far apart the points are."""

KINDS = ("run", "comparison", "plausible", "sweep")
"""Kinds of studies that a brief can be made of."""


@dataclass(frozen=True)
class KeyNumber:
    """A number for the top of the page, with its interval; ``note`` says of what it is, or against what."""

    label: str
    value: str
    interval: str = ""
    note: str = ""


@dataclass(frozen=True)
class Message:
    """One of the three things to remember."""

    about: About
    heading: str
    text: str


@dataclass(frozen=True)
class Grid:
    """A table ready to be shown: all cells are text; ``numeric`` says which columns hold numbers.

    ``about``: what changes between two worlds, or how it is in one. ``first``: numbers of rows, those to be
    shown first where there is no place for all; () for the order of the rows. ``file``: what a download of
    it is called, without ending.
    """

    heading: str
    note: str
    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    about: Literal["changes", "flows"] = "flows"
    first: tuple[int, ...] = ()
    file: str = "flows"


@dataclass(frozen=True)
class Assumption:
    """A value that the study rests on. ``grade`` is its key (``assumed``), ``graded`` the word for it.

    ``sources`` are keys of ``Brief.sources``. ``weight`` is the rank correlation with which it decides a
    figure, where that was asked for and chance can be ruled out, else None. ``width``: the range over the
    value, 0 where either is not known. ``where``: the end of ``meaning``, there in brackets, that says
    of which place it is; '' if none does.
    """

    key: str
    meaning: str
    value: str
    range: str
    grade: str
    graded: str
    sources: tuple[str, ...]
    weight: float | None = None
    width: float = 0.0
    where: str = ""


@dataclass(frozen=True)
class Cited:
    """A source of the evidence. ``url`` is '' unless it is an http(s) address."""

    key: str
    title: str
    publisher: str
    date: str
    url: str


@dataclass(frozen=True)
class Brief:
    """What a study says in the language ``lang``.

    ``headline`` states the finding, ``lead`` says of what, when and how it was computed. ``messages`` are
    three, led by the verdict over plausible worlds where there is one. ``tables`` begin with the one to be
    shown if there is place for one only. ``decisive`` are the assumptions to name if there is no place for
    all: what the scenario sets and what decides the figures most, else those assumed with the widest range.
    ``sure`` says how far to trust the figures, ``remarks`` are warnings and notes of the study in English.
    ``provenance`` are names and values; ``method`` is the same in one sentence. ``figures`` are names in
    ``kzsim.figures``' catalogue.
    """

    kind: str
    lang: str
    title: str
    description: str
    headline: str
    lead: str
    numbers: tuple[KeyNumber, ...]
    messages: tuple[Message, ...]
    tables: tuple[Grid, ...]
    assumptions: tuple[Assumption, ...]
    decisive: tuple[Assumption, ...]
    assumed: str
    sources: Mapping[str, Cited]
    sure: tuple[str, ...]
    remarks: tuple[str, ...]
    provenance: tuple[tuple[str, str], ...]
    method: str
    figures: tuple[str, ...] = ()


def brief_of(study: Study, say: Speaker, baseline: Study | None = None) -> Brief:
    """The brief of a stored study, in the language of ``say``.

    ``baseline``: for a run, another run of the same trucks and trains to compare it with, in place of its
    own counterfactual. Raises ``BriefError`` if no brief can be made of it, ``ResultsError`` if its files
    cannot be read.
    """
    from kzsim.brief.errors import BriefError
    from kzsim.experiments.studies import readable

    if baseline is not None and study.kind != "run":
        raise BriefError(
            f"A baseline is for a run; this is a {study.called}.", "Leave --baseline out: its base is known."
        )
    with readable(study):
        match study.kind:
            case "run":
                from kzsim.brief.of_run import run_brief

                return run_brief(study, say, baseline)
            case "comparison" | "plausible":
                from kzsim.brief.of_comparison import comparison_brief

                return comparison_brief(study, say)
            case "sweep":
                from kzsim.brief.of_sweep import sweep_brief

                return sweep_brief(study, say)
    raise BriefError(
        f"There is no brief of a {study.called}.",
        "'kzsim plot' draws its figures; its folder holds its tables.",
    )
