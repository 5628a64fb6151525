"""`kzsim warmup`: compile the kernel now rather than in the first large run."""

from __future__ import annotations

import click

from kzsim.cli import options, screen
from kzsim.cli.documents import write
from kzsim.cli.failures import ExitCode, Session
from kzsim.cli.words import seconds


@click.command()
@options.common
@options.quiet("Print nothing.")
@click.pass_obj
def warmup(session: Session) -> ExitCode:
    """Compile the simulation's kernel and keep the machine code.

    That takes 10 to 20 seconds, once for each machine and version; without it the first large run does it.
    The code lies in the user's cache folder (XDG_CACHE_HOME and NUMBA_CACHE_DIR are heeded).
    """
    from kzsim.engines.choice import KERNEL
    from kzsim.experiments import choose, make_ready

    choice = choose(KERNEL, 0)
    if not choice.compiled:
        return _tell(session, "not compiled", choice.said)
    if choice.said and not session.quiet:
        screen.note(choice.said)
    ready = make_ready()
    if ready.warning and not session.quiet:
        screen.note(ready.warning)
    took = f"It took {seconds(ready.seconds)}."
    if ready.was_complete:
        said = f"The kernel had been compiled before. Its machine code lies in {ready.folder}"
    elif ready.folder is None or ready.warning:
        said = f"The kernel was compiled, but its machine code could not be kept. {took}"
    else:
        said = f"The kernel was compiled. {took} Its machine code lies in {ready.folder}"
    return _tell(
        session,
        "done",
        said,
        compiled_before=ready.was_complete,
        seconds=ready.seconds,
        folder=None if ready.folder is None or ready.warning else str(ready.folder),
    )


def _tell(session: Session, status: str, said: str, **details: object) -> ExitCode:
    if session.json:
        write({"status": status, "message": said, **details})
    elif not session.quiet:
        click.echo(said)
    return ExitCode.DONE
