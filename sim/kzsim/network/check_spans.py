"""What makes spans invalid; see ``network.check``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kzsim.network.model import Network
from kzsim.network.program import MOST_SPANS


def check_spans(network: Network) -> Iterator[str]:
    """At most so many, each of known stages and zones, none of which stands in two."""
    if len(network.spans) > MOST_SPANS:
        yield f"{len(network.spans)} spans are named: an engine counts at most {MOST_SPANS}"
    known = {element.name for element in (*network.stages, *network.zones)}
    of: defaultdict[str, list[str]] = defaultdict(list)
    for span, names in network.spans.items():
        if isinstance(names, str):  # its letters could be names
            yield f"span '{span}' is the text '{names}': give a tuple of names of stages and zones"
            continue
        for name in sorted({*names} - known):
            yield f"span '{span}' names the unknown stage or zone '{name}'"
        for name in names:
            of[name].append(f"'{span}'")
    for name, spans in of.items():
        if name in known and len(spans) > 1:
            yield f"'{name}' stands in the spans {' and '.join(spans)}: name it once"
