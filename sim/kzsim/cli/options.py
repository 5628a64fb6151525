"""Options that several verbs share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from kzsim.cli.failures import Session


class Whole(click.ParamType):  # type: ignore[type-arg]  # older versions of click take no argument
    """A whole number between two others, both included; the help does not spell the limits out."""

    name = "whole number"

    def __init__(self, least: int, most: int) -> None:
        self.least = least
        self.most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number that was typed, or end the command with a message that quotes it."""
        try:
            number = int(value)
        except ValueError:
            number = None
        if number is None or not self.least <= number <= self.most:
            self.fail(f"{value} is not a whole number from {self.least} to {self.most:,}", param, ctx)
        return number


LANGUAGES = ("en", "ru", "kk", "zh")
"""Of figures and reports, as ``kzsim.language`` has them: a test compares; importing it takes long."""


class Listed(click.ParamType):  # type: ignore[type-arg]  # older versions of click take no argument
    """One or more of several words, separated by commas; `of` says in messages what they are."""

    name = "list"

    def __init__(self, words: Sequence[str], of: str) -> None:
        self.words = tuple(words)
        self.of = of

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the words that were typed, each once, or end the command with a message that quotes them."""
        if isinstance(value, tuple):
            return value
        wanted = tuple(dict.fromkeys(part.strip() for part in str(value).split(",")))
        for one in wanted:
            if one not in self.words:
                self.fail(f"'{one}' is not a {self.of}; there are {', '.join(self.words)}", param, ctx)
        return wanted


ENGINES = click.Choice(["kernel", "reference"])


Verb = TypeVar("Verb", bound=Callable[..., Any])


def _remember(ctx: click.Context, parameter: click.Parameter, value: bool) -> bool:
    session = ctx.find_object(Session)
    if session is not None and parameter.name is not None:
        setattr(session, parameter.name, value)
    return value


def _flag(*names: str, help: str) -> Callable[[Verb], Verb]:  # noqa: A002 - click's own word
    return click.option(
        *names, is_flag=True, expose_value=False, is_eager=True, callback=_remember, help=help
    )


def common(verb: Verb) -> Verb:
    """Add --json and --traceback; both are kept in the session."""
    return _flag("--json", help="Print exactly one JSON document to stdout.")(traceback(verb))


def traceback(verb: Verb) -> Verb:
    """Add --traceback alone, to a verb that prints one document whatever is asked."""
    return _flag("--traceback", help="Show where in the program an error arose.")(verb)


def jobs(verb: Verb) -> Verb:
    """Add --jobs."""
    return click.option(
        "--jobs",
        type=Whole(1, 1_000),
        metavar="N",
        help="Threads to use (processes where nothing is compiled); the results do not depend on it. "
        "Default: as many as help.",
    )(verb)


def out(verb: Verb) -> Verb:
    """Add --out."""
    return click.option(
        "--out",
        default="results",
        show_default=True,
        metavar="FOLDER",
        help="Folder that holds the results of all scenarios.",
    )(verb)


def results(verb: Verb) -> Verb:
    """Add --results, where stored results are looked for."""
    return click.option(
        "--results",
        default="results",
        show_default=True,
        metavar="FOLDER",
        help="Folder that holds the results of all scenarios.",
    )(verb)


def formats(words: Sequence[str], of: str, default: str, help: str) -> Callable[[Verb], Verb]:  # noqa: A002 - click's own word
    """Add --format: one or several of `words`; `of` says in messages what they are."""
    return click.option(
        "--format", "formats", type=Listed(words, of), default=default, show_default=True, help=help
    )


def lang(verb: Verb) -> Verb:
    """Add --lang."""
    return click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        default=LANGUAGES[0],
        show_default=True,
        help="Language of the words.",
    )(verb)


def quiet(help: str) -> Callable[[Verb], Verb]:  # noqa: A002 - click's own word
    """Add -q/--quiet; it is kept in the session."""
    return _flag("-q", "--quiet", help=help)


def seed(of: str) -> Callable[[Verb], Verb]:
    """Add --seed; `of` says what it is where it is not given."""
    return click.option(
        "--seed",
        type=Whole(0, 2**63 - 1),
        metavar="N",
        help=f"Number that all random draws derive from. Default: {of}.",
    )


def settings(of: str) -> Callable[[Verb], Verb]:
    """Add --set; `of` says whose values it changes."""
    return click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="KEY=VALUE",
        help=f"Change one value of {of}, for example --set demand='120 %'. May be repeated.",
    )


def replications(help: str) -> Callable[[Verb], Verb]:  # noqa: A002 - click's own word
    """Add --replications."""
    return click.option("--replications", type=Whole(1, 10_000), metavar="N", help=help)


def engine(verb: Verb) -> Verb:
    """Add --engine."""
    return click.option(
        "--engine",
        type=ENGINES,
        help="What computes: the fast kernel, or the reference engine that is written to be read. Both give "
        "the same results. Default: the kernel, or what is quicker where it is not compiled.",
    )(verb)


def dry_run(verb: Verb) -> Verb:
    """Add --dry-run."""
    return click.option(
        "--dry-run", is_flag=True, help="Check everything and say what would be run; run and write nothing."
    )(verb)


def points(verb: Verb) -> Verb:
    """Add --points."""
    return click.option(
        "--points",
        type=Whole(2, 100_000),
        metavar="N",
        help="Worlds within the ranges of the evidence. Default: 100.",
    )(verb)


def over(verb: Verb) -> Verb:
    """Add --over."""
    return click.option(
        "--over",
        multiple=True,
        metavar="PATTERN",
        help="Take only these entries of the evidence as unknown, for example 'road.bakhty.*'. "
        "May be repeated.",
    )(verb)


class Percent(click.ParamType):  # type: ignore[type-arg]  # older versions of click take no argument
    """A share written as per cent, such as 5%."""

    name = "per cent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the share from 0 to 1, or end the command with a message that quotes what was typed."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%\s*", str(value))
        if found is None or not 0 < float(found[1]) < 100:
            self.fail(f"{value} is not a percentage above 0 and below 100; write for example 5%", param, ctx)
        return float(found[1]) / 100


class Duration(click.ParamType):  # type: ignore[type-arg]  # older versions of click take no argument
    """A time with its unit, such as '5 min', in hours."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the hours, or end the command with a message that quotes what was typed."""
        from kzsim.scenario.units import Kind, UnitError, parse_quantity

        if isinstance(value, float):
            return value
        try:
            return parse_quantity(str(value), Kind("time", "h", "5 min"))
        except UnitError as error:
            self.fail(str(error), param, ctx)
