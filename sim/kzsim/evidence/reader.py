"""Read the packaged YAML files and take them apart field by field, naming file and key in every error.

A `Section` is one map of a file. It remembers which fields were read, and `close` refuses the others,
so a field that nobody reads cannot stay in a file unnoticed.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from kzsim.evidence.errors import EvidenceError
from kzsim.remembered import remembered

if TYPE_CHECKING:
    from pathlib import Path

MISSING = object()

_FORM = "plain values, 1"
"""What is made of a text; another word where that changes."""


@cache
def packaged() -> Path:
    """The folder of the data files that come with the package."""
    # inside a zip this is a zipfile.Path, which has the two operations used here as well
    return cast("Path", resources.files("kzsim.evidence") / "data")


def read(folder: Path, file: str) -> Section:
    """The top map of ``file`` in ``folder``.

    Raises EvidenceError when the file is missing, is not UTF-8 or is not a YAML map.
    """
    try:
        text = (folder / file).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise EvidenceError(f"{file}: there is no such evidence file") from None
    except UnicodeDecodeError as error:
        raise EvidenceError(f"{file}: not UTF-8 text (byte {error.start})") from None

    def make() -> dict[str, Any]:
        from kzsim.evidence.parsing import parsed  # and with it PyYAML

        return parsed(text, file)

    # taking the packaged files apart takes longer than a small scenario's replication
    return Section(file, "", remembered("evidence", f"{_FORM}\n{text}", make))


def freeze(value: Any) -> Any:
    """The same value with dicts as read-only mappings and lists as tuples, all the way down."""
    if isinstance(value, dict):
        return MappingProxyType({key: freeze(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return tuple(freeze(inner) for inner in value)
    return value


def suggestion(word: str, known: Collection[str]) -> str:
    """``, did you mean 'x'?`` when a known word is near, else nothing."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f", did you mean {near[0]!r}?" if near else ""


class Section:
    """One map of a data file and the dotted key it stands at; reads fields by kind and remembers them."""

    __slots__ = ("_read", "data", "file", "key")

    def __init__(self, file: str, key: str, data: Mapping[str, Any]) -> None:
        self.file = file
        self.key = key
        self.data = data
        self._read: set[str] = set()

    def error(self, message: str, name: str = "") -> EvidenceError:
        """An EvidenceError that names the file and the key (of the field ``name``)."""
        where = ".".join(part for part in (self.key, name) if part)
        return EvidenceError(f"{self.file}: {where}: {message}" if where else f"{self.file}: {message}")

    def get(self, name: str, default: Any = MISSING) -> Any:
        """The field as it stands; without a default a missing field is an error."""
        self._read.add(name)
        value = self.data.get(name, default)
        if value is MISSING:
            raise self.error(f"field {name!r} is missing")
        return value

    def text(self, name: str, default: Any = MISSING) -> str:
        """The field as text."""
        value = self.get(name, default)
        if not isinstance(value, str):
            raise self.error(f"must be text, not {value!r}", name)
        return value

    def text_or_none(self, name: str) -> str | None:
        """The field as text, or None for null."""
        return None if self.get(name) is None else self.text(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """The field as a list of texts."""
        value = self.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(f"must be a list of texts, not {value!r}", name)
        return tuple(value)

    def word(self, name: str, known: Collection[str], default: Any = MISSING) -> str:
        """The field as one of the known words."""
        value = self.text(name, default)
        self.require_word(value, known, name)
        return value

    def words(self, name: str, known: Collection[str]) -> tuple[str, ...]:
        """The field as a list of known words."""
        values = self.texts(name)
        for value in values:
            self.require_word(value, known, name)
        return values

    def require_word(self, value: str, known: Collection[str], name: str = "") -> None:
        """Refuse a value that is none of the known words."""
        if value not in known:
            raise self.error(f"unknown {value!r}{suggestion(value, known)}", name)

    def number(self, name: str, default: Any = MISSING) -> float:
        """The field as a number (an int stays an int)."""
        value = self.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(f"must be a number, not {value!r}", name)
        return value

    def number_or_none(self, name: str, default: Any = MISSING) -> float | None:
        """The field as a number, or None for null."""
        return None if self.get(name, default) is None else self.number(name)

    def whole(self, name: str) -> int:
        """The field as a whole number."""
        value = self.number(name)
        if not isinstance(value, int):
            raise self.error(f"must be a whole number, not {value!r}", name)
        return value

    def numbers(self, name: str) -> tuple[float, ...]:
        """The field as a list of numbers."""
        value = self.get(name)
        if not isinstance(value, list) or any(
            isinstance(v, bool) or not isinstance(v, int | float) for v in value
        ):
            raise self.error(f"must be a list of numbers, not {value!r}", name)
        return tuple(value)

    def shares(self, name: str, count: int, slack: float) -> tuple[float, ...]:
        """The field as ``count`` shares, each 0 to 1, whose sum is 1 within ``slack``."""
        value = self.numbers(name)
        if len(value) != count:
            raise self.error(f"must have {count} shares, not {len(value)}", name)
        if min(value) < 0:
            raise self.error(f"a share is negative: {min(value)!r}", name)
        if abs(sum(value) - 1) > slack:
            raise self.error(f"shares add up to {sum(value):.6g}, not 1", name)
        return value

    def day(self, name: str) -> date:
        """The field as a date, written YYYY-MM-DD."""
        value = self.text(name)
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.error(f"must be a date like 2023-01-31, not {value!r}", name) from None

    def day_or_none(self, name: str) -> date | None:
        """The field as a date, or None for null."""
        return None if self.get(name) is None else self.day(name)

    def section(self, name: str) -> Section:
        """The field as a map."""
        value = self.get(name)
        if not isinstance(value, dict):
            raise self.error(f"must be a map, not {value!r}", name)
        return Section(self.file, f"{self.key}.{name}" if self.key else name, value)

    def sections(self) -> Iterator[tuple[str, Section]]:
        """Every field of this map, each a map itself."""
        for name in self.data:
            yield name, self.section(name)

    def items(self, name: str) -> tuple[Section, ...]:
        """The field as a list of maps; their keys are ``name[0]``, ``name[1]``..."""
        value = self.get(name)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error("must be a list of maps", name)
        key = f"{self.key}.{name}" if self.key else name
        return tuple(Section(self.file, f"{key}[{i}]", item) for i, item in enumerate(value))

    def rest(self, *names: str) -> Any:
        """The named fields that are there, as frozen plain values (context that no rule reads)."""
        return MappingProxyType({name: freeze(self.get(name)) for name in names if name in self.data})

    def close(self) -> None:
        """Refuse the fields that nobody has read."""
        for name in self.data:
            if name not in self._read:
                raise self.error(f"unknown field {name!r}{suggestion(str(name), self._read)}")
