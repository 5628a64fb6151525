"""The one JSON document that `--json` prints."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import click

from kzsim._version import __version__


def write(document: Mapping[str, Any]) -> None:
    """Print a document to stdout, the version of kzsim first."""
    click.echo(text({"kzsim": __version__, **document}))


def text(document: Mapping[str, Any]) -> str:
    """Return a document as JSON that every reader accepts: no NaN, no infinity, dates as text."""
    return json.dumps(_plain(document), ensure_ascii=False, indent=2, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (bool, str, int)) or value is None:
        return value
    if hasattr(value, "item"):  # a NumPy scalar
        return _plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)
