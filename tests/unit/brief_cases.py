"""A brief made by hand, for tests of how it is set, and figures to go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kzsim.brief.content import Assumption, Brief, Grid, KeyNumber, Message
from kzsim.figures.catalogue import Drawn

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = "12.3 h"


def brief(
    title: str = "Green corridors", lang: str = "en", *, text: str = "It is faster.", rows: int = 8
) -> Brief:
    """A brief whose free texts are ``title`` and ``text``."""
    assumption = Assumption("road.scan.time", text, "12 min", "8 to 20 min", "assumed", "assumed", ())
    return Brief(
        kind="run",
        lang=lang,
        title=title,
        description=text,
        headline=f"{text} That is the finding",
        lead=text,
        numbers=tuple(KeyNumber(f"Number {n}", NUMBERS, "± 0.4 h", text) for n in range(4)),
        messages=tuple(Message("wins", f"Message {n}", text) for n in range(3)),
        tables=(
            Grid(
                "Compared",
                text,
                ("Where", "Hours"),
                (False, True),
                tuple((text, NUMBERS) for _ in range(rows)),
            ),
        ),
        assumptions=(assumption,) * 12,
        decisive=(assumption,) * 6,
        assumed=text,
        sources={},
        sure=(text,) * 4,
        remarks=(),
        provenance=(("Run", "20230101T000000Z-12345678"), ("Seed", "1"), ("Command", f"kzsim run {title}")),
        method=text,
        figures=("delays", "map"),
    )


def drawn(name: str, *, height_in: float = 3.6) -> Drawn:
    """A figure of one line."""
    import pandas as pd
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, height_in))
    figure.add_axes((0.1, 0.15, 0.85, 0.7)).plot([1, 3, 2])
    table: pd.DataFrame = pd.DataFrame({"hours": [1, 3, 2]})
    return Drawn(name, f"Title of {name}", "", "", f"What {name} shows", figure, table)
