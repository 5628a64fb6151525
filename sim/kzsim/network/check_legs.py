"""What makes sources that follow others, or come after others, invalid; see ``network.check``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kzsim.network.distributions import check_distribution
from kzsim.network.model import NO_ARRIVALS, Follows, Network, Route, Source, Stage
from kzsim.network.skipping import may_follow, picks_of


def check_legs(network: Network) -> Iterator[str]:
    """Who follows or comes after others can, in no circle; of each source and step at most one follows."""
    sources = {source.name: source for source in network.sources}
    routes = {route.name: route for route in network.routes}
    stages = {stage.name: stage for stage in network.stages}
    first: dict[Follows, str] = {}
    for source in network.sources:
        where = f"source '{source.name}'"
        yield from _check_after(where, source, sources)
        if source.follows is None:
            if source.arrivals.process == "none":
                yield f"{where} has no arrivals and follows nobody: give it one of the two"
            continue
        yield from _check_followed(where, source.follows, sources, routes, stages)
        if source.arrivals != NO_ARRIVALS:
            yield (
                f"{where} follows '{source.follows.source}' and has arrivals of its own"
                f" ('{source.arrivals.process}'): give it NO_ARRIVALS, or let it follow nobody"
            )
        if first.setdefault(source.follows, source.name) != source.name:
            yield (
                f"{where} follows '{source.follows.source}' by step '{source.follows.step}', as does"
                f" '{first[source.follows]}': let one of them follow"
            )
    yield from _check_circles(sources)


def _check_after(where: str, source: Source, sources: Mapping[str, Source]) -> Iterator[str]:
    arrivals = source.arrivals
    if arrivals.process != "after":
        if arrivals.of or arrivals.by is not None or arrivals.share != 1.0:
            yield (
                f"{where}: of, by and share are of the process 'after', not of '{arrivals.process}': remove"
                " them"
            )
        return
    if arrivals.of not in sources:
        yield f"{where} comes after the unknown source '{arrivals.of}': name a source of the network"
    elif sources[arrivals.of].arrivals.process in {"after", "none"}:
        yield (
            f"{where} comes after '{arrivals.of}', which has no process of its own: name a source that"
            " neither follows another nor comes after one"
        )
    if arrivals.by is None:
        yield f"{where} comes after '{arrivals.of}': say by how much"
    else:
        yield from check_distribution(f"{where}, after '{arrivals.of}'", arrivals.by)
    if not 0 <= arrivals.share <= 1:
        yield f"{where}: the share of '{arrivals.of}' is {arrivals.share!r}: give 0 to 1"


def _check_followed(
    where: str,
    follows: Follows,
    sources: Mapping[str, Source],
    routes: Mapping[str, Route],
    stages: Mapping[str, Stage],
) -> Iterator[str]:
    if follows.source not in sources:
        yield f"{where} follows the unknown source '{follows.source}': name a source of the network"
        return
    followed = sources[follows.source]
    route = routes.get(followed.route)
    if route is None:
        return  # said of the source followed
    names = [step.name for step in route.steps]
    if follows.step not in names:
        yield (
            f"{where} follows '{follows.source}' by the unknown step '{follows.step}': name a step of route"
            f" '{route.name}'"
        )
        return
    picks = picks_of(route, stages)
    number = names.index(follows.step)
    whole = [kind for kind in followed.kinds if kind.work.keys() >= {*names}]
    works = [[kind.work[name] for name in names] for kind in whole]
    if works and not any(may_follow(each, picks, number, len(names)) for each in works):
        yield (
            f"{where} follows '{follows.source}' by step '{follows.step}', after which nobody leaves: name a"
            " step that may be the last"
        )


def _check_circles(sources: Mapping[str, Source]) -> Iterator[str]:
    """Each circle once, by its first source by name."""
    met: set[str] = set()
    for name in sorted(sources):
        way: list[str] = []
        at = name
        while at in sources and at not in met:
            met.add(at)
            way.append(at)
            follows = sources[at].follows
            at = "" if follows is None else follows.source
        if at in way:
            circle = [f"'{each}'" for each in way[way.index(at) :]]
            said = f"source {circle[0]} follows " + (
                f"{', which follows '.join(circle[1:])}, which follows " if circle[1:] else ""
            )
            yield f"{said}{circle[0]}: let one of them have arrivals of its own"
