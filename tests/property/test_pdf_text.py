"""Whatever a user writes is shown in the PDF as it stands, on two pages."""

from __future__ import annotations

import io
import json
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from kzsim.brief.pdf import LONGEST_TITLE, UNTITLED, brief_data, pdf_bytes
from kzsim.language import speaker
from kzsim.language.typeface import characters
from tests.unit.brief_cases import brief

SHOWN = sorted(mark for mark in characters() if unicodedata.category(mark)[0] in "LNPSZ")
MARKUP = st.sampled_from([*"#$*_`@<>\\/[]{}()\"'=+-~", "#import ", "//", "/*", "#{", "$x$", "\n", "\t"])
TITLES = st.lists(MARKUP | st.sampled_from(SHOWN), min_size=1, max_size=3 * LONGEST_TITLE).map("".join)


@settings(max_examples=25, deadline=None)
@given(title=TITLES)
def test_any_title_is_the_title_of_a_document_of_two_pages(title: str) -> None:
    made = PdfReader(io.BytesIO(pdf_bytes(brief(title, text=title), (), speaker("en"))))
    assert len(made.pages) == 2
    expected = brief_data(brief(title), (), speaker("en"))["title"]
    assert ((made.metadata or {}).get("/Title") or "") == expected


@settings(max_examples=100, deadline=None)
@given(title=st.text(max_size=3 * LONGEST_TITLE))
def test_what_a_template_gets_is_the_text_or_its_beginning(title: str) -> None:
    data = json.loads(json.dumps(brief_data(brief(title), (), speaker("en"))))
    shown, line = data["title"], " ".join(title.split())
    assert len(shown) <= LONGEST_TITLE
    assert shown == (line or UNTITLED) or (shown.endswith("…") and line.startswith(shown[:-1]))
