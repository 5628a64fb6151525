"""A stage that stands for a stock of tokens is as busy as its tokens are away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kzsim.engines.kernel import run
from kzsim.experiments.models import make_model
from kzsim.experiments.once import run_once
from kzsim.indicators.layout import NO_TOKENS
from kzsim.network.model import MS_PER_DAY
from tests.unit.rail_cases import scenario

DAYS = 60


def test_platforms_and_locomotives_are_in_use_while_they_are_away() -> None:
    """Dostyk, March and April 2023: 0.88 of the platforms for 9.5 trains of 50 wagons and 12 days each.

    They are all there at first, so that over 60 days it is less by about 7 days' share; locomotives 0.65.
    """
    case = replace(
        scenario(DAYS, {}), last_day=date(2023, 4, 29), run_in_ms=14 * MS_PER_DAY, follow_up_ms=7 * MS_PER_DAY
    )
    model = make_model(case)
    seen = run_once(run, model, case.seed, 0, "case", passage=False, hourly=False)
    layout = model.layout
    share = {
        layout.element_names[pool.element]: 1
        - int(seen.summary.idle_ms[pool.tokens]) / layout.tokens[pool.tokens].number / layout.horizon_ms
        for pool in layout.pools
        if pool.tokens != NO_TOKENS
    }
    assert sorted(name.partition("dostyk.")[2] for name in share) == [
        "cn_to_kz.cn.locomotive",
        "cn_to_kz.kz.platforms",
        "kz_to_cn.cn.platforms",
        "kz_to_cn.kz.locomotive",
    ]
    assert share["rail.dostyk.cn_to_kz.kz.platforms"] == pytest.approx(0.88 * (1 - 7 / 60), abs=0.08)
    assert share["rail.dostyk.cn_to_kz.cn.locomotive"] == pytest.approx(0.65, abs=0.05)
    teams = next(p for p in layout.pools if layout.element_names[p.element].endswith("kz.inspection"))
    assert teams.tokens == NO_TOKENS
