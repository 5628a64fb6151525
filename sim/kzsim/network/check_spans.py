"""What makes spans invalid; see ``network.check``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kzsim.network.model import Network
from kzsim.network.program import MOST_SPANS


def check_spans(network: Network) -> Iterator[str]:
    """At most so many, each of known stages and zones, none of which stands in two."""
    if len(network.spans) > MOST_SPANS:
        yield f"{len(network.spans)} spans are named: an engine counts at most {MOST_SPANS}"
    known = {element.name for element in (*network.stages, *network.zones)}
    for span, names in network.spans.items():
        for name in sorted({*names} - known):
            yield f"span '{span}' names the unknown stage or zone '{name}'"
    of = Counter(name for names in network.spans.values() for name in names)
    for name in sorted(name for name, number in of.items() if number > 1):
        yield f"'{name}' stands in the spans more than once: name it in one, once"
