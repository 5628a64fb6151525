"""What a browser sends as a form: to the text of a scenario, and to every mistake beside its control."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kzsim.scenario import Problem, validate
from kzsim.scenario.form import Filled, KeyPath, document, form
from kzsim.scenario.writing import to_yaml
from kzsim.serve.folders import MARK

KEPT = "kept"
"""Name of the hidden fields with what no control can show; each is JSON of [path, value]."""
MOST_NESTED = 100
"""Lists and maps in one such field at most: a file that nests deeper is refused anyway."""

Fields = Mapping[str, Sequence[str]]


class FormRefusedError(ValueError):
    """The fields are not those of the form."""


@dataclass(frozen=True)
class Remark:
    """A mistake or a warning: ``text`` as `kzsim validate` prints it, ``control`` the key it is shown at."""

    text: str
    message: str
    warning: bool
    control: str


@dataclass(frozen=True)
class Judged:
    """The scenario that a form makes, and what is wrong with it."""

    text: str
    remarks: tuple[Remark, ...]

    @property
    def valid(self) -> bool:
        """Whether it can be run; warnings do not count."""
        return all(remark.warning for remark in self.remarks)


def filled_in(fields: Fields) -> Filled:
    """What was filled in; FormRefusedError if the hidden fields were changed."""
    known = {control.key for control in form().every_control()}
    typed = {key: tuple(texts) for key, texts in fields.items() if key in known}
    return Filled(typed, tuple(_kept(text) for text in fields.get(KEPT, ())))


def kept_field(path: KeyPath, value: Any) -> str:
    """The content of a hidden field."""
    return json.dumps([list(path), value], ensure_ascii=False)


def judge(filled: Filled, path: Path) -> Judged:
    """The scenario as it would be saved at ``path``, judged as `kzsim validate` would judge it there."""
    said, slips = document(filled)
    text = to_yaml(said, MARK)
    remarks = [Remark(f"{slip.key}: {slip.message}", slip.message, False, slip.key) for slip in slips]
    remarks += [_remark(problem) for problem in validate(path, text)]
    return Judged(text, tuple(remarks))


def control_of(key: str) -> str:
    """The key of the control at which a problem with ``key`` is shown; '' where there is none."""
    bare = re.sub(r"\[\d+\]", "", key)
    keys = [control.key for control in form().every_control()]
    if bare in keys:
        return bare
    below = next((known for known in keys if known.startswith(f"{bare}.")), "")
    above = max((known for known in keys if bare.startswith(f"{known}.")), key=len, default="")
    return (below or above) if bare else ""


def _remark(problem: Problem) -> Remark:
    return Remark(str(problem), problem.message, problem.severity == "warning", control_of(problem.key))


def _kept(text: str) -> tuple[KeyPath, Any]:
    if text.count("[") + text.count("{") > MOST_NESTED:
        raise FormRefusedError("A hidden field of the form is nested too deep; edit the file instead.")
    try:
        path, value = json.loads(text)
    except (ValueError, TypeError) as error:
        raise FormRefusedError("A hidden field of the form was changed; open the scenario again.") from error
    if not isinstance(path, list) or not path or not all(isinstance(part, str) for part in path):
        raise FormRefusedError("A hidden field of the form was changed; open the scenario again.")
    return tuple(path), value
