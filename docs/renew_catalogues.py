"""Bring the catalogues of translations up to date with the texts that the program says.

    .venv/bin/python docs/renew_catalogues.py

New texts appear in ``sim/kzsim/language/catalogues/*.po`` with an empty translation, texts no longer said
go, and the ``.mo`` files that the program reads are compiled. Fill in what is empty and run it again.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from kzsim.language import LANGUAGES
from kzsim.language.collect import Text, texts

PACKAGE = Path(__file__).resolve().parents[1] / "sim" / "kzsim"
CATALOGUES = PACKAGE / "language" / "catalogues"
COMMENT = "# Translations of kzsim: {name}. The English texts are collected by docs/renew_catalogues.py."


class Undated(Catalog):
    """A catalogue whose header tells neither dates nor tools, so that only texts change its bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """What gettext needs to read the catalogue."""
        return [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
        ]


def main() -> None:
    """Write every catalogue and say how much each lacks."""
    wanted = texts(PACKAGE)
    for lang in LANGUAGES[1:]:
        catalogue = renewed(CATALOGUES / f"{lang}.po", lang, wanted)
        (CATALOGUES / f"{lang}.po").write_bytes(text_form(catalogue))
        (CATALOGUES / f"{lang}.mo").write_bytes(compiled(catalogue))
        missing = [message for message in catalogue if message.id and not translated(message.string)]
        print(f"{lang}: {len(catalogue)} texts, {len(missing)} without a translation", file=sys.stderr)


def renewed(file: Path, lang: str, wanted: dict[Text, tuple[object, ...]]) -> Catalog:
    """The wanted texts, in order, with the translations that ``file`` has of them."""
    with file.open("rb") as opened:
        known = read_po(opened, locale=lang)
    # Made anew rather than merged: guessed ("fuzzy") translations are worse than none.
    comment = COMMENT.format(name=known.locale.english_name)
    catalogue = Undated(locale=lang, header_comment=comment, fuzzy=False)
    for text in wanted:
        own = (text.english, text.many) if text.many else text.english
        before = known.get(text.english, text.context or None)
        # A singular and a plural text of the same English keep apart: one is no translation of the other.
        kept = before.string if before is not None and before.id == own else ""
        catalogue.add(own, kept or "", context=text.context or None)
    return catalogue


def text_form(catalogue: Catalog) -> bytes:
    """The catalogue as PO."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=0, no_location=True)
    return buffer.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as MO."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def translated(string: str | tuple[str, ...] | list[str]) -> bool:
    """Whether every form has words."""
    return bool(string) if isinstance(string, str) else bool(string) and all(string)


if __name__ == "__main__":
    main()
