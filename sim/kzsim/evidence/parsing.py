"""YAML as plain values: maps, lists and scalars, each key once; what a mistake says names file and place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import yaml

from kzsim.evidence.errors import EvidenceError

# The C scanner is about ten times as fast; PyYAML built without libyaml still works.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """YAML 1.2 scalars: ``on`` and dates are text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  as PyYAML has it


def _recognise(kind: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(pattern), list(first) or [""])


_recognise("null", r"^(?:~|null|)$", "~n")
_recognise("null", r"^$", "")
_recognise("bool", r"^(?:true|false)$", "tf")
_recognise("int", r"^[-+]?[0-9]+$", "-+0123456789")
_recognise("float", r"^[-+]?[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?$", "-+0123456789")

_SCALARS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "tag:yaml.org,2002:str": str,
        "tag:yaml.org,2002:int": int,
        "tag:yaml.org,2002:float": float,
        "tag:yaml.org,2002:null": lambda _: None,
        "tag:yaml.org,2002:bool": lambda text: text == "true",
    }
)


def _plain(node: yaml.Node, file: str) -> Any:
    """Dicts, lists and scalars of a node. PyYAML's own constructor is slower and lets keys repeat."""
    if isinstance(node, yaml.ScalarNode):
        if node.tag not in _SCALARS:
            raise EvidenceError(f"{_place(node, file)}: unknown tag {node.tag!r}")
        return _SCALARS[node.tag](node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, file) for item in node.value]
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = _plain(key_node, file)
        if not isinstance(key, str):
            raise EvidenceError(f"{_place(key_node, file)}: keys must be text, not {key!r}")
        if key in mapping:
            raise EvidenceError(f"{_place(key_node, file)}: the key {key!r} stands twice")
        mapping[key] = _plain(value_node, file)
    return mapping


def _place(node: yaml.Node, file: str) -> str:
    return f"{file}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"


def parsed(text: str, file: str) -> dict[str, Any]:
    """The top map of a text. Raises EvidenceError if it is none."""
    try:
        root = _root(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
        raise EvidenceError(f"{place}: {error.problem}") from None
    if not isinstance(root, yaml.MappingNode):
        raise EvidenceError(f"{file}: not a map")
    top: dict[str, Any] = _plain(root, file)
    return top


def _root(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
    finally:
        loader.dispose()
    return node
