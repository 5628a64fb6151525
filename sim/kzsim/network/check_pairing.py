"""What makes a pairing invalid; see ``network.check``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kzsim.network.model import PairingStage, Route


def check_pairing(stage: PairingStage, classes: tuple[str, ...]) -> Iterator[str]:
    """Leaders and followers are known classes, apart from each other, with partners of their goods."""
    where = f"stage '{stage.name}'"
    if not stage.leaders or not stage.followers:
        yield f"{where}: a pairing needs classes that lead and classes that follow: name at least one of each"
        return
    for klass in sorted({*stage.leaders, *stage.followers, *stage.goods} - {*classes}):
        yield f"{where} names the unknown class '{klass}'"
    for klass in sorted({*stage.leaders} & {*stage.followers}):
        yield f"{where}: class '{klass}' both leads and follows: let it do one of the two"
    for klass in sorted({*stage.goods} - {*stage.leaders, *stage.followers}):
        yield f"{where}: goods are given for class '{klass}', which neither leads nor follows there"
    leading = {stage.goods.get(klass, "") for klass in stage.leaders}
    following = {stage.goods.get(klass, "") for klass in stage.followers}
    for goods in sorted(leading ^ following):
        has, lacks = ("leads", "follows") if goods in leading else ("follows", "leads")
        yield f"{where}: a class with the goods '{goods}' {has} but none {lacks}: nobody would find a partner"


def check_sides(where: str, klass: str, route: Route, pairings: Mapping[str, PairingStage]) -> Iterator[str]:
    """Whoever comes to a pairing leads or follows there; whoever follows has no step after it."""
    for number, step in enumerate(route.steps):
        stage = pairings.get(step.stage)
        if stage is None:
            continue
        if klass not in stage.leaders and klass not in stage.followers:
            yield (
                f"{where}, step '{step.name}': class '{klass}' neither leads nor follows at '{stage.name}':"
                " name it there"
            )
        elif klass in stage.followers and number + 1 < len(route.steps):
            yield (
                f"{where}, step '{step.name}': class '{klass}' follows at '{stage.name}' and leaves there, so"
                f" step '{route.steps[number + 1].name}' is never entered: give it a route that ends there"
            )
