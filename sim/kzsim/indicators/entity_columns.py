"""The data dictionary of ``entities.parquet``: what is told of each of the entities, and of each step."""

from __future__ import annotations

from collections.abc import Iterable

from kzsim.indicators.catalogue import ACCOUNT_MEANING, NOUN, account_name
from kzsim.indicators.shape import FLOW, Column, Table
from kzsim.network.model import WORK_ACCOUNTS

ENTITIES = "entities.parquet"

PHASES = ("before", "in", "after")
"""By number of the phase: arrived before, in or after the cohort."""


def account_column(name: str) -> str:
    """The column of an account: ``account_quota_ms``."""
    return f"account_{name}_ms"


OF_ENTITY = (
    Column("replication", "whole number", "", "Number of the replication, from 0."),
    Column("source", "text", "", f"Where the {NOUN} come from: mode, crossing, direction and class."),
    Column(
        "index",
        "whole number",
        "",
        "Number in its source, from 0, in order of arrival. Replication, source and index name the same one "
        "in every scenario with the same seed and demand.",
    ),
    *FLOW,
    Column("class", "text", "", "Class of cargo."),
    Column(
        "corridor",
        "text",
        "",
        "`user` (eligible, compliant, and a corridor in force there), `eligible_nonuser`, or `other`.",
    ),
    Column("agricultural", "yes/no", "", "Whether it carries farm goods; on rail grain."),
    Column("loaded", "yes/no", "", "Whether it carries anything."),
    Column("load_t", "number", "t", "Net load."),
    Column("teu", "number", "TEU", "Loaded containers."),
    Column("wagons", "number", "wagons", "Wagons, empty ones too."),
    Column(
        "network_class",
        "text",
        "",
        "Its class in the network, which decides servers, priority, ceilings of quotas and who makes a pair: "
        "`ordinary`, `corridor`, `corridor_first` (also first for a truck in the yard), `out_of_turn` and "
        "`paid` (both at home, asking for a slot out of turn) or `fetching` (a truck that waits for a "
        "load); of trains also with their class of goods.",
    ),
    Column("phase", "text", "", "Whether it arrived `before`, `in` or `after` the cohort."),
    Column("arrival_ms", "whole number", "ms", "Instant of arrival."),
    Column("exit_ms", "whole number", "ms", "Instant at which it left; empty if it was still inside."),
    Column("stay_ms", "whole number", "ms", "Time inside, up to the horizon if it had not left: not capped."),
    Column("free_flow_ms", "whole number", "ms", "Sum of its own durations on its whole route."),
    *(
        Column(
            account_column(account_name(account)),
            "whole number",
            "ms",
            f"{'Work' if account in WORK_ACCOUNTS else 'Waiting'}: {meaning}.",
        )
        for account, meaning in ACCOUNT_MEANING.items()
    ),
)
"""The accounts of one row sum to its ``stay_ms``."""

JOINED, STARTED, LEFT = "_joined_ms", "_started_ms", "_left_ms"

OF_STEP = (
    Column(JOINED, "whole number", "ms", "Instant at which it joined the stage's line."),
    Column(STARTED, "whole number", "ms", "Instant at which its work there started, or it passed the gate."),
    Column(
        LEFT,
        "whole number",
        "ms",
        "Instant at which it went on: the work was done and the place ahead was free.",
    ),
)
"""Three columns a step, each a name from ``step_name`` and one of these endings."""


def step_name(side: str, stage: str, step: str) -> str:
    """What the columns of a step are called: ``kz_documents``, ``kz_move_scan``, ``cn_exam_full``.

    Side and stage as in ``delay_accounts.csv``; where a route visits a stage in several steps, also what
    the step's own name adds to the stage's.
    """
    _, _, more = step.removeprefix(f"{side}.").partition(f"{stage}.")
    return "_".join((side, stage, more.replace(".", "_"))).rstrip("_")


OF_JOURNEY = Column(
    "leg",
    "text",
    "",
    "Only where journeys have several legs, each a row of its own: `home`, `crossing` or `yard` (a truck "
    "that waits for a load).",
)


def entity_table(steps: Iterable[str], *, legs: bool = False) -> Table:
    """The file's columns in order, for a network whose steps have these names; ``legs``: of several legs."""
    own = (
        Column(f"{step}{each.name}", each.kind, each.unit, each.definition)
        for step in steps
        for each in OF_STEP
    )
    return Table(
        "entities",
        ENTITIES,
        "one truck or train of one replication of the scenario",
        (*OF_ENTITY, *((OF_JOURNEY,) if legs else ()), *own),
    )
