"""Sweeps: one scenario at many points, each run several times with the same random numbers.

The way from a sweep file to results::

    sweep = load_judged("scenarios/sweeps/intake_nur_zholy.yaml")                # ScenarioError
    checked = check_points(make_points(sweep))       # ScenarioError, InvalidPointsError: nothing was run
    about = describe(checked)
    folder = Path(out) / stem / folder_name(about.digest)
    with open_ledger(folder, about, point_rows(checked)) as ledger:              # ResultsError
        for block in blocks(ledger.pending(), about.replications, block_size(...)):
            for number, scenario in scenarios(checked.points, block.points):
                ...                                  # run it at block.replication
                ledger.add(number, block.replication, encode(arrays))   # or ledger.fail(..., message)
    digest = results_digest(read_results(folder))

Points and replications are numbered from 0. ``estimate`` tells time and disk beforehand.
"""

from kzsim.experiments.sweeps.cluster import ClusterError
from kzsim.experiments.sweeps.database import LEDGER, DamagedError
from kzsim.experiments.sweeps.describe import describe, point_rows
from kzsim.experiments.sweeps.digest import results_digest
from kzsim.experiments.sweeps.estimate import Estimate, Measured, estimate, free_bytes_needed
from kzsim.experiments.sweeps.export import HeadRow
from kzsim.experiments.sweeps.ledger import (
    About,
    Failure,
    Ledger,
    PointRow,
    about_ledger,
    folder_name,
    open_ledger,
    read_failures,
    read_results,
)
from kzsim.experiments.sweeps.lock import LockedError
from kzsim.experiments.sweeps.payload import PayloadError, decode, encode
from kzsim.experiments.sweeps.points import (
    Checked,
    InvalidPoint,
    InvalidPointsError,
    Points,
    check_points,
    described,
    load_judged,
    make_points,
    point_digest,
    scenarios,
    sift_points,
    sweep_digest,
)
from kzsim.experiments.sweeps.results import (
    StoredSweep,
    SweepResult,
    load_result,
    others,
    read_sweep,
    settled,
    stored_sweep,
    stored_tasks,
)
from kzsim.experiments.sweeps.run import Heard, State, SweepPlan, Where, dry_run, plan_sweep, run_sweep
from kzsim.experiments.sweeps.salvage import Salvaged, salvage
from kzsim.experiments.sweeps.tasks import Block, block_size, blocks
from kzsim.experiments.sweeps.unknowns import ASSUMPTION, LeftOut, Unknown, Unknowns, unknowns
from kzsim.experiments.sweeps.validation import validate_sweep
from kzsim.experiments.sweeps.work import Done

__all__ = [
    "ASSUMPTION",
    "LEDGER",
    "About",
    "Block",
    "Checked",
    "ClusterError",
    "DamagedError",
    "Done",
    "Estimate",
    "Failure",
    "HeadRow",
    "Heard",
    "InvalidPoint",
    "InvalidPointsError",
    "Ledger",
    "LeftOut",
    "LockedError",
    "Measured",
    "PayloadError",
    "PointRow",
    "Points",
    "Salvaged",
    "State",
    "StoredSweep",
    "SweepPlan",
    "SweepResult",
    "Unknown",
    "Unknowns",
    "Where",
    "about_ledger",
    "block_size",
    "blocks",
    "check_points",
    "decode",
    "describe",
    "described",
    "dry_run",
    "encode",
    "estimate",
    "folder_name",
    "free_bytes_needed",
    "load_judged",
    "load_result",
    "make_points",
    "open_ledger",
    "others",
    "plan_sweep",
    "point_digest",
    "point_rows",
    "read_failures",
    "read_results",
    "read_sweep",
    "results_digest",
    "run_sweep",
    "salvage",
    "scenarios",
    "settled",
    "sift_points",
    "stored_sweep",
    "stored_tasks",
    "sweep_digest",
    "unknowns",
    "validate_sweep",
]
