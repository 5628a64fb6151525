"""The verdicts of a comparison as plain sentences, flow by flow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kzsim.experiments.comparisons.said import UNCHANGED_WITHIN_H, spoken_h
from kzsim.experiments.models import place
from kzsim.indicators.layout import Cell

if TYPE_CHECKING:
    import pandas as pd


def sentences(
    verdicts: pd.DataFrame, alternative: str, *, simultaneous: bool, within_h: float = UNCHANGED_WITHIN_H
) -> Iterator[str]:
    """One sentence for each crossing, mode and direction; one for all those where nobody is affected."""
    own = verdicts[verdicts["alternative"] == alternative]
    word, text = ("verdict_together", "text_together") if simultaneous else ("verdict", "text")
    still: list[str] = []
    for (crossing, mode, direction), flow in own.groupby(["crossing", "mode", "direction"], sort=False):
        where = spoken(str(crossing), str(mode), str(direction))
        if (flow[word] == "no change").all():
            still.append(where)
        else:
            yield f"{where}: {'; '.join(flow[text])}."
    if still:
        yield f"No change for anybody (each interval within ± {spoken_h(within_h)}): {'; '.join(still)}."


def spoken(crossing: str, mode: str, direction: str) -> str:
    """``Nur Zholy (road, KZ to CN)``; on rail the stations."""
    return Cell(crossing, mode, direction, "", "", place(crossing, mode)).spoken
