"""A scenario as a form: its parts, the verdict on it, and the file that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kzsim.scenario.form import KeyPath, Part, form
from kzsim.serve.editing import KEPT, Judged, Remark, kept_field
from kzsim.serve.html import Html, joined, tag
from kzsim.serve.pages.controls import Shown, control, label_of, with_code
from kzsim.serve.pages.shell import Shell, notice

TEMPLATE, NAME, ACTION = "template", "name", "action"
"""Fields that are no keys of a scenario: what is copied, the copy's name, which button was pressed."""
SAVE, RUN = "save", "run"


@dataclass(frozen=True)
class Edited:
    """A form as it is shown: of which scenario it is a copy, the name of the copy, what is kept beside it."""

    template: str
    name: str
    own: bool
    kept: Sequence[tuple[KeyPath, Any]]
    shown: Shown
    judged: Judged
    name_problem: str = ""


def edit_page(shell: Shell, edited: Edited) -> bytes:
    """The page on which a copy of a scenario is filled in."""
    judged = edited.judged
    top = [item for item in form().controls if item.kind != "entries"]
    entries = [item for item in form().controls if item.kind == "entries"]
    fields = joined(
        tag("input", type="hidden", name=TEMPLATE, value=edited.template),
        tag("fieldset", tag("legend", "The copy"), _name(edited), _kept(edited), class_="part"),
        tag(
            "fieldset",
            tag("legend", "Scenario"),
            *(control(item, edited.shown) for item in top),
            class_="part",
        ),
        *(_part(part, edited.shown) for part in form().parts),
        *(
            tag("fieldset", tag("legend", label_of(item.path)), control(item, edited.shown), class_="part")
            for item in entries
        ),
    )
    bar = tag(
        "div",
        tag("p", verdict(judged.remarks, edited.name_problem), id="verdict", role="status"),
        tag("button", "Save", type="submit", name=ACTION, value=SAVE, class_="quiet"),
        tag("button", "Save and run", type="submit", name=ACTION, value=RUN),
        class_="bar",
    )
    body = tag("div", fields, bar)
    filled = tag(
        "form",
        body,
        _beside(judged),
        id="scenario",
        method="post",
        action=shell.to("/save"),
        data_check=shell.to("/check"),
        novalidate=True,
        class_="columns",
    )
    title = f"Edit {edited.template}" if edited.own else f"A copy of {edited.template}"
    return shell.page(title, _intro(edited), filled, here="/scenarios")


def broken_page(shell: Shell, name: str, text: str) -> bytes:
    """In place of the form, where a file cannot be read."""
    said = tag("pre", text, tabindex="0", aria_label="Mistakes")
    return shell.page(
        name, notice("bad", tag("p", f"{name} cannot be shown as a form."), said), here="/scenarios"
    )


def verdict(remarks: Sequence[Remark], name_problem: str = "") -> str:
    """Whether the scenario can be run, in a few words."""
    warnings = sum(remark.warning for remark in remarks)
    mistakes = len(remarks) - warnings + bool(name_problem)
    said = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((mistakes, "mistake"), (warnings, "warning"))
        if count
    ]
    return f"{', '.join(said)}." if mistakes else f"Valid{', with ' + said[0] if said else ''}."


def remark_list(remarks: Sequence[Remark]) -> Html:
    """Every mistake and warning as `kzsim validate` prints it, each a link to its control."""
    return joined(
        *(
            tag(
                "li",
                tag("a", remark.message, href=f"#{remark.control}")
                if remark.control
                else tag("strong", remark.message),
                tag("pre", remark.text, tabindex="0", aria_label="As kzsim validate says it"),
                class_="warn" if remark.warning else "bad",
            )
            for remark in remarks
        )
    )


def _intro(edited: Edited) -> Html:
    return tag(
        "p",
        "Leave empty what the scenario shall not say: it comes from the scenario that it extends, or from "
        "the evidence. What you type is checked at once.",
        None if edited.own else " Comments of the copied file are not taken over.",
    )


def _name(edited: Edited) -> Html:
    problem = tag("span", edited.name_problem, class_="bad") if edited.name_problem else None
    return tag(
        "div",
        tag("label", "File name", for_="file-name"),
        tag(
            "input",
            id="file-name",
            name=NAME,
            type="text",
            value=edited.name,
            autocomplete="off",
            spellcheck="false",
            aria_describedby="file-name-help file-name-remark",
            aria_invalid="true" if edited.name_problem else None,
        ),
        tag("p", "Latin letters, digits, '-' and '_'; '.yaml' is added.", id="file-name-help", class_="help"),
        tag("p", problem, id="file-name-remark", class_="remark"),
        class_="control",
    )


def _kept(edited: Edited) -> Html | None:
    """What no control can show stays in the copy unless its box is emptied."""
    if not edited.kept:
        return None
    boxes = [
        tag(
            "label",
            tag("input", type="checkbox", name=KEPT, value=kept_field(path, value), checked=True),
            " ",
            tag("code", f"{'.'.join(path)}: {'null' if value is None else value}"),
        )
        for path, value in edited.kept
    ]
    return tag("fieldset", tag("legend", "Kept as it stands in the file"), *boxes, class_="control")


def _part(part: Part, shown: Shown) -> Html:
    """A part below the first level: a fieldset; of crossings and measures one that can be folded away."""
    inside = joined(
        tag("p", with_code(part.meaning), class_="help") if part.meaning else None,
        *(control(item, shown) for item in part.controls),
        *(_folded(each, shown) if _is_named(each) else _part(each, shown) for each in part.parts),
    )
    return tag("fieldset", tag("legend", label_of(part.path)), inside, class_="part")


def _is_named(part: Part) -> bool:
    return bool(part.title) or part.path[-2:-1] == ("measures",)


def _folded(part: Part, shown: Shown) -> Html:
    measures = [each for each in part.parts if each.path[-1] == "measures"]
    others = [each for each in part.parts if each not in measures]
    inside = joined(
        tag("p", with_code(part.meaning), class_="help") if part.meaning else None,
        *(control(item, shown) for item in part.controls),
        *(_part(each, shown) for each in others),
        *(
            tag(
                "details",
                tag("summary", "Single measures", tag("span", f" at {part.title}", class_="unseen")),
                *(_folded(measure, shown) for measure in each.parts),
                open=shown.concerned(each.path),
            )
            for each in measures
        ),
    )
    summary = tag("summary", part.title or label_of(part.path))
    return tag("details", summary, inside, class_="folded", open=shown.concerned(part.path))


def _beside(judged: Judged) -> Html:
    return tag(
        "aside",
        tag("h2", "Check"),
        tag("ul", remark_list(judged.remarks), id="remarks", class_="remarks"),
        tag(
            "details",
            tag("summary", "The file as it will be saved"),
            tag("pre", judged.text, id="yaml", tabindex="0", aria_label="The file as it will be saved"),
            open=True,
        ),
        aria_label="Check",
    )
