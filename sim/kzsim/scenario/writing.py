"""Writes a scenario file: YAML that this package reads back as it was meant."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import yaml

from kzsim.scenario.document import scalar

_WIDTH = 100
_TEXT = "tag:yaml.org,2002:str"


class _Dumper(yaml.SafeDumper):
    """Quotes what this package's reader would take for something else than text, and nothing more."""

    # PyYAML's own rules quote dates, 'on' and 'yes', which the reader takes as text.
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - declared so by the base class

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - given by the base class
        """Every value is written out where it stands."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(_TEXT, text, style=None if scalar(text) == text else '"')


def _plain(dumper: yaml.SafeDumper, value: float | bool | None) -> yaml.ScalarNode:
    return dumper.represent_scalar(_TEXT, plain_text(value))


_Dumper.add_representer(str, _text)
for _kind in (bool, int, float, type(None)):
    _Dumper.add_representer(_kind, _plain)


def plain_text(value: str | float | bool | None) -> str:
    """A single value as it is written in a file, without quotes: ``true``, ``0.5``, ``null``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return str(value)


def to_yaml(said: Mapping[str, Any], comment: str = "") -> str:
    """The text of a scenario file that says so much; ``comment`` stands above it, line by line."""
    above = "".join(f"# {line}\n" for line in comment.splitlines())
    if not said:
        return above
    return above + yaml.dump(dict(said), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
