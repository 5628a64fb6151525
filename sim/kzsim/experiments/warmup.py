"""Have the kernel and the draws compiled, or their machine code loaded, before threads start."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from threading import Lock
from types import FrameType

from kzsim import codecache, compiled
from kzsim.network.compile import compile_network
from kzsim.network.model import (
    MS_PER_HOUR,
    MS_PER_MINUTE,
    Account,
    Arrivals,
    Calendar,
    DelayStage,
    Distribution,
    GateStage,
    Kind,
    Network,
    Occupancy,
    Pool,
    Refill,
    Route,
    ServiceStage,
    Source,
    Step,
    Work,
    Zone,
)

# What reading or writing a damaged file, or a full disk, can raise.
_UNREADABLE = (
    OSError,
    EOFError,
    UnpicklingError,
    ImportError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class Readiness:
    """What it took to be ready; ``folder`` is None if nothing can be kept for the next run."""

    seconds: float
    was_complete: bool
    folder: Path | None
    warning: str = ""


_lock = Lock()
_ready: list[Readiness] = []


def is_ready() -> bool:
    """Whether this process has all machine code in memory."""
    return bool(_ready)


def make_ready() -> Readiness:
    """Compile, or load what was compiled before; once in a process, whoever asks."""
    with _lock:
        if not _ready:
            with swallowed_interruptions_raised():
                _ready.append(_make_ready())
        return _ready[0]


@contextmanager
def swallowed_interruptions_raised() -> Iterator[None]:
    """Raise on leaving an interruption that struck in here and was lost.

    The compiler is called back from C while it loads machine code, and what a handler of a signal
    raises in such a call is printed and forgotten: the program would run on. It is not printed either.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    struck: list[int] = []
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {signal.Signals[name]: signal.getsignal(signal.Signals[name]) for name in names}
    handlers = {number: handler for number, handler in before.items() if callable(handler)}

    def note(number: int, frame: FrameType | None) -> None:
        struck.append(number)
        handlers[signal.Signals(number)](number, frame)

    tell = sys.unraisablehook

    def tell_others(lost: sys.UnraisableHookArgs) -> None:
        if not (struck and issubclass(lost.exc_type, KeyboardInterrupt)):
            tell(lost)

    for number in handlers:
        signal.signal(number, note)
    sys.unraisablehook = tell_others
    try:
        yield
    finally:
        sys.unraisablehook = tell
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if struck:
        handlers[signal.Signals(struck[0])](struck[0], None)


def _make_ready() -> Readiness:
    began = time.perf_counter()
    was_complete, place, warning = codecache.is_complete(), codecache.place(), ""
    try:
        run_everything()
        codecache.mark_complete()
    except _UNREADABLE as error:
        codecache.clear()
        compiled.keep_nothing()
        run_everything()  # what was wrong with the code itself is raised again
        warning = f"The machine code in {place.folder} could not be used, and is removed: {error}"
    return Readiness(
        seconds=time.perf_counter() - began,
        was_complete=was_complete and not warning,
        folder=place.folder,
        warning=warning,
    )


def run_everything() -> None:
    """Run a few entities through every kind of element, so that everything is compiled.

    Their durations are also spelt out, which the kernel does without but the reference engine needs.
    """
    from kzsim.draws import draw
    from kzsim.engines import kernel

    program = compile_network(small_network())
    entities = draw(program, 1, 0)
    kernel.run(program, entities)
    entities.spell_out()


def small_network() -> Network:
    """One of everything, for an hour."""
    always = Calendar.always(1)
    work = {
        "gate": Work(None),
        "counter": Work(Distribution("lognormal", 1.0 * MS_PER_MINUTE, cv=0.5)),
        "hold": Work(Distribution("exponential", 1.0 * MS_PER_MINUTE)),
    }
    return Network(
        horizon_ms=MS_PER_HOUR,
        classes=("c",),
        stages=(
            GateStage("gate", always, (Refill(0, 5),)),
            ServiceStage("counter", Account.INSPECTION, (Pool("p", always),)),
            DelayStage("hold", Account.HOLD, always),
        ),
        zones=(Zone("strip", 1),),
        routes=(
            Route("r", tuple(Step(name, name) for name in work), (Occupancy("strip", "counter", "hold"),)),
        ),
        sources=(
            Source(
                "s",
                "r",
                Arrivals("poisson", edges_ms=(0, MS_PER_HOUR), expected=(50.0,)),
                (Kind("k", 1.0, "c", 0, work),),
            ),
        ),
        n_groups=1,
    )
