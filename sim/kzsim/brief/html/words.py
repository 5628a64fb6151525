"""The fixed words of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kzsim.language import Speaker


def section_names(say: Speaker) -> dict[str, str]:
    """Headings of the sections with figures."""
    return {
        "response": say("How the figures respond"),
        "compared": say("What it changes"),
        "overview": say("The crossings"),
        "times": say("Crossing times"),
        "hours": say("Where the hours go"),
        "seasons": say("Through the year and the week"),
        "limits": say("What is busy"),
        "goods": say("What is carried"),
        "more": say("More pictures and tables"),
    }


def page_words(say: Speaker, kind: str) -> dict[str, str]:
    """Everything else that stands on the page or that its script says."""
    return {
        "contents": say("Contents"),
        "interval": say("95 % interval"),
        "download": say("Download"),
        "table_of": say("Table"),
        "queues": say("Queues through the year"),
        "queues_note": say(
            "How many trucks and trains are at each crossing, waiting or being handled: mean of the "
            "day over all "
            "replications. Move the slider, or the arrow keys on the map."
        ),
        "noscript": say(
            "This part needs a script, which is switched off here; everything else is on the page."
        ),
        "play": say("Play"),
        "pause": say("Pause"),
        "day": say("Day"),
        "run_in": say("run-in, not measured"),
        "runIn": say("run-in, not measured"),
        "map_label": say("Map played over the days; arrow keys move by a day, page keys by thirty"),
        "map_alt": say("Map of the crossings; the area of a mark shows how many are there on the chosen day"),
        "map_note": say(
            "Circles: trucks; squares: trains, in a scale of their own. The area of a mark says how many are "
            "there. Boundaries are indicative and imply no endorsement."
        ),
        "flow": say("Flow"),
        "inside": say("Trucks and trains at the crossing on that day"),
        "crossing": say("Crossing"),
        "to_cn": say("to China"),
        "to_kz": say("to Kazakhstan"),
        "in_line": say("of them in a line"),
        "explore": say("Explore the points"),
        "explore_note": say(
            "Choose values; shown is the nearest point that was simulated. Nothing is interpolated. In "
            "brackets the "
            "95 % interval of the mean."
        ),
        "exact": say(
            "This very point was simulated: number {n} in points.csv ({m} points).", n="{n}", m="{m}"
        ),
        "nearest": say(
            "The nearest simulated point: number {n} in points.csv ({m} points).", n="{n}", m="{m}"
        ),
        "between": say("{low} to {high}", low="{low}", high="{high}"),
        "more_parameters": "",
        "assumed": say("What is assumed"),
        "decisive": say("What matters most"),
        "all_assumptions": say("All values that were used"),
        "what": say("What"),
        "value": say("Value"),
        "range": say("Range"),
        "grade": say("Grade"),
        "sources": say("Sources"),
        "source_list": say("The sources"),
        "sure": say("How sure it is"),
        "remarks": say("Remarks stored with the results (in English)"),
        "method": say("Where it comes from"),
        "data": say("Data"),
        "data_note": say(
            "Numbers are rounded to six figures, in long tables to four; the results folder has all in full."
        ),
        "footer": say("Made by kzsim, a simulator of the border crossings between Kazakhstan and China."),
        "kind": kind,
    }
