"""One control of a scenario's form, with what it means, what is known, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kzsim.indicators.spoken import plain
from kzsim.language import speaker
from kzsim.scenario.form import NONE_OF_THEM, Control, KeyPath
from kzsim.scenario.words import crossing_names, directions, sides
from kzsim.serve.editing import Fields, Remark
from kzsim.serve.hints import Unsaid
from kzsim.serve.html import Content, Html, joined, tag

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_UPPER = {"kz": "KZ", "cn": "CN"}


@dataclass(frozen=True)
class Shown:
    """All that controls show: what was typed, what holds unsaid, what is known and what is wrong, by key."""

    typed: Fields
    unsaid: Unsaid
    files: Sequence[str]
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remarks: Sequence[Remark] = ()

    def of(self, key: str) -> list[Remark]:
        """The remarks that belong to a key."""
        return [remark for remark in self.remarks if remark.control == key]

    def concerned(self, path: KeyPath) -> bool:
        """Whether anything was typed or is wrong at or below a path."""
        above = ".".join(path) + "."
        wrong = any(remark.control.startswith(above) for remark in self.remarks)
        return wrong or any(key.startswith(above) and any(texts) for key, texts in self.typed.items())


def label_of(path: KeyPath) -> str:
    """The last key of a path in words: 'Hours KZ' of ``hours_kz``."""
    words = [_UPPER.get(word, word) for word in plain(path[-1]).split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def control(item: Control, shown: Shown) -> Html:
    """The control with its label, help, and a place for what is wrong."""
    label = label_of(item.path)
    remarks = shown.of(item.key)
    below = joined(
        tag("p", with_code(item.meaning), *_example(item), id=f"{item.key}-help", class_="help"),
        _unsaid(item, shown),
        _known(item, shown),
        remark_place(item.key, remarks),
    )
    attributes: dict[str, str | bool | None] = {
        "aria_describedby": f"{item.key}-help {item.key}-remark",
        "aria_invalid": "true" if any(not remark.warning for remark in remarks) else None,
    }
    if item.kind == "several":
        return tag(
            "fieldset",
            tag("legend", label),
            tag("div", *_boxes(item, shown), class_="boxes"),
            below,
            id=item.key,
            class_="control",
            data_control=item.key,
            **attributes,
        )
    unit = tag("span", f"({item.unit})", class_="unit") if item.unit else None
    return tag(
        "div",
        tag("label", label, " ", unit, for_=item.key),
        _input(item, shown, attributes),
        below,
        class_="control",
        data_control=item.key,
    )


def remark_place(key: str, remarks: Sequence[Remark]) -> Html:
    """Where mistakes and warnings of a control stand; empty while there are none."""
    said = [
        tag(
            "span",
            ("Warning: " if each.warning else "Mistake: ") + each.message,
            class_="warn" if each.warning else "bad",
        )
        for each in remarks
    ]
    return tag("p", *said, id=f"{key}-remark", class_="remark")


def _input(item: Control, shown: Shown, attributes: dict[str, str | bool | None]) -> Html:
    typed = next(iter(shown.typed.get(item.key, ())), "")
    if item.kind in ("choice", "file"):
        choices = tuple(shown.files) if item.kind == "file" else item.choices
        return tag("select", *_options(choices, typed), id=item.key, name=item.key, **attributes)
    if item.kind in ("words", "entries"):
        rows = 3 if item.kind == "words" else 5
        return tag("textarea", typed, id=item.key, name=item.key, rows=rows, **attributes)
    date = item.kind == "day" and (not typed or _ISO_DAY.fullmatch(typed) is not None)
    return tag(
        "input",
        id=item.key,
        name=item.key,
        type="date" if date else "text",
        value=typed,
        autocomplete="off",
        spellcheck="true" if item.kind == "line" else "false",
        **attributes,
    )


def _options(choices: Sequence[str], typed: str) -> list[Html]:
    unknown = [typed] if typed and typed not in choices else []
    return [
        tag("option", "not said", value="", selected=not typed),
        *(tag("option", choice, value=choice, selected=choice == typed) for choice in (*choices, *unknown)),
    ]


def _boxes(item: Control, shown: Shown) -> list[Html]:
    typed = shown.typed.get(item.key, ())
    boxes = []
    for choice in dict.fromkeys((*item.choices, *typed)):
        box = tag("input", type="checkbox", name=item.key, value=choice, checked=choice in typed)
        boxes.append(tag("label", box, f" {_name(choice)}"))
    return boxes


def _name(choice: str) -> str:
    """How a person calls what may be chosen."""
    if choice == NONE_OF_THEM:
        return "none of them"
    say = speaker()
    if choice in crossing_names():
        return say.crossing(choice)
    return (
        say.direction(choice)
        if choice in directions()
        else label_of((choice,))
        if choice in sides()
        else choice
    )


def _example(item: Control) -> list[Content]:
    if not item.example or item.kind in ("choice", "several", "file", "day"):
        return []
    example = item.example.strip("[]").replace('"', "") if item.kind == "spans" else item.example
    return [" For example: ", tag("code", example), "" if example.endswith(".") else "."]


def with_code(text: str) -> Html:
    """Text in which what stands between backticks is set as code, as in the schema's explanations."""
    whole = text[:1].upper() + text[1:]
    return joined(*(tag("code", part) if at % 2 else part for at, part in enumerate(whole.split("`"))))


def _unsaid(item: Control, shown: Shown) -> Html | None:
    if item.key not in shown.unsaid.values:
        return None
    value, origin = shown.unsaid.values[item.key]
    where = "by default" if origin == "default" else f"from {origin}"
    return tag("p", "Where nothing is said: ", tag("code", value), f", {where}.", class_="help")


def _known(item: Control, shown: Shown) -> Html | None:
    lines = shown.known.get(item.key, ())
    if not lines:
        return None
    if len(lines) == 1:
        return tag("p", lines[0], class_="help")
    summary = tag(
        "summary", "What the evidence says", tag("span", f" of {label_of(item.path)}", class_="unseen")
    )
    return tag("details", summary, tag("ul", *(tag("li", line) for line in lines)), class_="known")
