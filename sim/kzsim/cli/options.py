"""Options that several verbs share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from kzsim.cli.failures import Session

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
    verb = _flag("--traceback", help="Show where in the program an error arose.")(verb)
    return _flag("--json", help="Print exactly one JSON document to stdout.")(verb)


def quiet(help: str) -> Callable[[Verb], Verb]:  # noqa: A002 - click's own word
    """Add -q/--quiet; it is kept in the session."""
    return _flag("-q", "--quiet", help=help)
