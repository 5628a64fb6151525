"""The page ``docs/indicators.md``, made from the data dictionary: ``python -m kzsim.indicators.page``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from kzsim.indicators.dictionary import (
    ACCOUNT_MEANING,
    GROWTH_SHARE,
    INDICATORS,
    NOTHING_BINDS_BELOW,
    NOUN,
    TABLES,
    UNCHANGED_WITHIN_MS,
    account_name,
)
from kzsim.indicators.entity_columns import ENTITIES, OF_ENTITY, OF_JOURNEY, OF_STEP
from kzsim.network.model import MS_PER_MINUTE, WORK_ACCOUNTS

_CHANGED_MIN = UNCHANGED_WITHIN_MS // MS_PER_MINUTE

_BEGINNING = f"""\
# Indicators and result files

The definitions stand in `sim/kzsim/indicators/dictionary.py`; this page is made from them by
`python -m kzsim.indicators.page > docs/indicators.md`, and a test keeps the two equal.

## How to read a figure

- **Cohort.** Where a line does not empty, those who got through are the lucky ones. Indicators therefore
  follow everyone who arrives in [run-in, horizon - follow-up), for at least the whole follow-up. Crossing
  times are capped at the follow-up, and the share not through by then is given beside them. Quantiles of
  the crossing time are given only below that share; the medians at a post count whoever is inside at the
  end with its time there so far, which is none if it has not come that far.
- **Precision.** `low` and `high` bound the 95 % Student-t interval of the mean over independent
  replications: what more replications would make narrower. With one replication there is none, and the
  fields are empty. It says nothing about how well the border's own parameters are known.
- **What a shipper meets.** p10, p50, p90, p95 and the shares within 24, 48 and 72 h are between trucks
  (or trains), pooled over the replications; their intervals come from the quantiles of each replication
  and need not be centred on the pooled one.
- **Who.** Cells are groups of {NOUN}: crossing, mode, direction, class, and part in the corridor.
  `{NOUN}` in a unit stands for trucks on the road and trains on rail. A cell exists if the model has such
  {NOUN}.
- **Accounts.** Every millisecond of every stay belongs to exactly one account. Indicators `account_*` sum
  to `stay`, and the rows of one cell in `delay_accounts.csv` do too. `stay` runs to the exit or the
  horizon; it exceeds `crossing_time` where some were not through by the end of the follow-up.
- **Delay.** `delay` is `crossing_time` minus free-flow time, each capped at the follow-up for each of the
  {NOUN}: a laboratory that holds grain for longer than the follow-up is work, and must not hide waiting.
  `free_flow_time` itself is not capped, so `delay` exceeds `crossing_time` minus `free_flow_time` where
  it lasts longer than that.
- **Loaded and empty.** On rail the first figures (the summary's rows, what binds, the judgements) speak of
  loaded trains, class `loaded`; trains of empties are a class of their own, and `all` holds both.
  `wagons_per_day` and `teu_per_day` count what is loaded, `wagons_with_empties_per_day` every wagon.
  `agricultural` are farm goods: on the road the classes that a corridor may serve, on rail grain. A
  corridor may serve container trains too, but which share of their boxes holds farm goods is not known.
- **Legs.** A journey by road may have several legs, each with its own arrival, stay and accounts. The classes
  named so far are of the crossing itself. `at_home` is of the waiting at home, from the booking in the
  electronic queue to the arrival at the border; `in_yard` of trucks that wait in China for a load; each
  also with `_agricultural` and `_rest`. What is counted once a journey (throughput, tonnes, costs of a
  truck, hours at a post) is told of the crossing alone. Such classes exist only where a model has such legs.
- **Waiting for each other.** A load that Chinese trucks bring waits in the yard for a Kazakh truck. That wait
  is part of its crossing time: `account_pairing` is its mean, `pairing_p95` what 95 % stay below, and what
  perishables lose in it is part of what they lose at the crossing.
- **Still growing.** A line is said to grow if, in the mean over the replications, the number inside rose
  between the first day of the last quarter of the measured window and the last day of the run by more
  than {100 * GROWTH_SHARE:.0f} % of those who arrived in that quarter and by more than one day's
  arrivals. Mean times then depend on the length of the run.
- **What binds.** The largest waiting account of a crossing, mode and direction decides: `quota`, `hours`
  (closed), `stage` (queue), `zone` (blocked), `tokens`, `pairing`; the stage or zone with most hours of
  it is named. For a full zone the stage in or after it with most waiting is named as its cause. If
  waiting is less than {100 * NOTHING_BINDS_BELOW:.0f} % of the stay, nothing binds. What is
  waited for at home, before a crossing, counts with what is waited for there.
- **Quota or hours.** Where a quota has run out before a gate shuts, the night that follows is the
  quota's doing and is booked to `quota` for the whole line behind the one it refused. A line whose head
  came while the gate was shut waits for `closed`. So what binds is what more capacity would relieve.
- **Comparison.** Both runs have the same {NOUN}, compared one by one; cells are those of the scenario
  (the alternative), the base is the run without corridors. Times are capped at the follow-up in both.
  Delay is measured against the *base's* free-flow time of the same {NOUN} in both, since a corridor may
  shorten free flow itself. Someone gains or loses by more than {_CHANGED_MIN} min. Of later legs of
  a journey, which come when the one before ends, those are compared that came in both runs, and early enough
  in both to be followed for the whole follow-up; exits count all.
- **Verdicts.** Of many differences without any effect some would show one by chance: of 42 intervals at
  95 %, two on average leave out the true value. So the words rest on wider intervals, `simultaneous_low`
  to `simultaneous_high` (Bonferroni: 1 - 0.05/m each), which all hold at once with 95 %; m is the number
  of verdicts in the run's summary, one for each role in a corridor at each crossing, mode and direction
  with corridor users. The verdict is `no change` only if that whole interval lies within ± {_CHANGED_MIN}
  min, `gains` or `loses` only if it lies wholly beyond; else `undecided`, as always with one
  replication. Rows of single classes and of `delay` take the same width; all of them together are not
  covered at once. `low` and `high` remain 95 % intervals of each difference by itself.
- **Beside CAREC's table.** CAREC reports, for each post of a corridor, the hours to pass it (TFI1) and
  the dollars (TFI2), mean and median, by direction and mode. `tfi1_kz`, `tfi1_cn`, `tfi2_kz` and
  `tfi2_cn` are the means, the same with `_p50` the medians; those of the whole crossing are
  `crossing_time_p50` and `time_cost_p50`. The medians of two posts do not add up to that of the crossing.
  CAREC's own figures are of small samples of volunteered trips. On rail there is no cost: the evidence has
  none of a train's hour.
- **What time costs.** An hour of a truck and the transfer in the Chinese yard cost what a line through
  two points of CAREC's monitoring at Khorgos says (derived, weak), the transfer at every crossing what it
  costs there. What perishables lose a day is assumed: `kzsim explain cost`, `kzsim explain loss`. The
  loss is linear in the delay, at the mean rate of refrigerated and other trucks, and of warm and cool
  months as the loads are there. In a comparison the shorter crossing time counts, not the shorter delay:
  goods spoil while papers are held, too.
- **Gains for staff.** `corridor_gains.csv` divides all the time that trucks save with the corridors by
  the open hours that the corridors add to lanes, and to officers, inspectors and booths. It is what the
  whole bundle gains for each of them, not what one more lane by itself would. Servers that the general
  lanes give up are taken off.
- **Worst day.** The day after the run-in with the most {NOUN} inside, in the mean over the replications,
  on Kazakhstan's calendar: a day that is bad by its season or its closures, not by the luck of one
  replication. The longest line on it may be that of loads that wait in China for a truck: they are inside.
  Who waits at home, and trucks that wait in China for a load, are inside no crossing and in no line of it.
- **Use.** How busy servers and tokens are is counted over the whole run, the run-in too, which begins with
  all of them idle. The busier they are and the shorter the run, the more that lowers the share.
- **Precision of storage.** CSV files are UTF-8 with every digit of a number; an empty field means that
  there is no value. The same scenario, seed and version give the same bytes of every file but
  `manifest.json`, whatever the number of processes.

Besides the tables below a run's folder holds `manifest.json` (versions, seed, command, times, warnings,
and the SHA-256 of every file) and `scenario.resolved.yaml` (every value used and where it came from).
"""

_OF_ENTITIES = f"""
## {ENTITIES}

Written by `kzsim run --trace` only, for whoever asks what happened to this truck, or wants another
distribution than those above. One row: one truck or train of one replication of the scenario (not of the run
without corridors), whenever it arrived and whether it left or not. Rows stand by replication, one row group
each, then by source, then by index. Instants and durations are whole milliseconds; instants count from the
start of the run, `start` in `manifest.json`. The `account_*` columns of a row sum to its `stay_ms`. The
legs of a journey are rows of several sources with the same index; a leg that has not begun has no row.
"""

_OF_STEPS = """
Then three columns for each step of any route in the file, those of the longest route first. Their names
begin with side and stage as in `delay_accounts.csv`, such as `kz_documents`; where a route visits a stage in
several steps, the step follows: `kz_move_scan` is the drive to the scanner, `cn_exam_full` and
`cn_exam_partial` are two sorts of examination at one stage. They are empty where the route has no such
step, where the step was skipped, and where it was not reached by the end of the run.
"""

_OF_TRACES = f"""
A step is left when the next one is joined, so that `left` less `started` holds the wait for a place ahead.
A wait for a place before the first step lies between `arrival_ms` and the first `joined`.

```python
import pandas as pd

run = pd.read_parquet(
    "{ENTITIES}",
    columns=["crossing", "class", "phase", "kz_documents_joined_ms", "kz_documents_started_ms"],
)
cohort = run[run["phase"] == "in"]
wait_h = (cohort["kz_documents_started_ms"] - cohort["kz_documents_joined_ms"]) / 3_600_000
print(wait_h.groupby([cohort["crossing"], cohort["class"]], observed=True).quantile([0.5, 0.9]))
```

A trace changes no other file and no digest: a run with a trace also answers for one without, and a run that
was stored without one is made again when a trace is asked for. `kzsim runs verify` compares every row with
the replications made again. The bytes do not depend on `--jobs` or `--engine`. The size is said before the
run begins, and a disk without room for it is refused then; a year at all crossings takes about 105 MB a
replication. Besides what a run needs without one, a trace takes the memory of one replication's tables for
each job, and of those that wait to be written, at most one more than jobs: for a year at all crossings 2.3 GB
with one job, and more with several.
"""


def markdown() -> str:
    """The whole page."""
    parts = [_BEGINNING, "## Indicators\n", *_table(("indicator", "unit", "definition"), _indicators())]
    parts += ["\n## Accounts\n", *_table(("account", "nature", "meaning"), _accounts())]
    for spec in TABLES:
        parts += [f"\n## {spec.file}\n", f"One row: {spec.row}.\n"]
        if spec.name.startswith("counterfactual_"):
            parts.append(f"Columns: those of `{spec.file.removeprefix('counterfactual_')}`.")
            continue
        indicators = {item.name for item in INDICATORS}
        own = [column for column in spec.columns if column.name not in indicators]
        rows = [(f"`{c.name}`", c.kind, c.unit, c.definition) for c in own]
        parts += _table(("column", "type", "unit", "definition"), rows)
        if len(own) < len(spec.columns):
            parts.append(
                "\nThen one column (number) for each indicator, in the order of the table of indicators."
            )
    for told, columns in ((_OF_ENTITIES, (*OF_ENTITY, OF_JOURNEY)), (_OF_STEPS, OF_STEP)):
        ends = ((f"`…{c.name}`" if told is _OF_STEPS else f"`{c.name}`", c) for c in columns)
        rows = [(name, c.kind, c.unit, c.definition) for name, c in ends]
        parts += [told, *_table(("column", "type", "unit", "definition"), rows)]
    parts.append(_OF_TRACES.rstrip())
    return "\n".join(parts) + "\n"


def _indicators() -> Iterator[Sequence[str]]:
    return ((f"`{item.name}`", item.unit, item.definition) for item in INDICATORS)


def _accounts() -> Iterator[Sequence[str]]:
    return (
        (f"`{account_name(account)}`", "work" if account in WORK_ACCOUNTS else "wait", f"{meaning}")
        for account, meaning in ACCOUNT_MEANING.items()
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines: list[Sequence[str]] = [heads, ["---"] * len(heads), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


if __name__ == "__main__":
    sys.stdout.write(markdown())
