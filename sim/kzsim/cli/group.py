"""The group of verbs: imports a verb only when it is called, and ends every call in one place."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading
import traceback
from importlib import import_module
from types import FrameType
from typing import Any, cast

import click

from kzsim.cli.documents import write
from kzsim.cli.failures import ExitCode, Session, Stop


class Verbs(click.Group):
    """A click group whose verbs are named as 'module:attribute' and imported when called."""

    def __init__(self, *args: Any, verbs: dict[str, tuple[str, str]], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self._verbs = verbs

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - given by click
        """Names of the verbs, in the order in which a newcomer needs them."""
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - given by click
        """Import and return one verb, or None if there is no such verb."""
        if cmd_name not in self._verbs:
            return None
        module, _, attribute = self._verbs[cmd_name][0].partition(":")
        return cast("click.Command", getattr(import_module(module), attribute))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest verb in the message of an unknown one."""
        if args and not args[0].startswith("-") and args[0] not in self._verbs:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self._verbs, n=1)
            hint = f", did you mean '{near[0]}'?" if near else f"; there are: {', '.join(self._verbs)}."
            ctx.fail(f"no command '{args[0]}'{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - given by click
        """List the verbs from their one-line descriptions, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self._verbs.items()])


class Commands(Verbs):
    """The program itself: one session for each call, and one place in which every call ends."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Remember the command as typed before click takes it apart."""
        ctx.obj = Session(("kzsim", *args))
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Call the verb; whatever it raises becomes a message and an exit code here and nowhere else."""
        session: Session = ctx.obj
        tolerate_narrow_encodings()
        previous = listen_for_termination()
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except Stop as stop:
            code = end(session, stop)
        except KeyboardInterrupt:
            previous |= turn_deaf()
            code = end(session, interruption(session))
        except BrokenPipeError:
            # The reader of our output (`| head`) has seen enough: not a failure of the command.
            silence_stdout()
            code = ExitCode.DONE
        except OSError as error:
            code = end(session, unwritable(session, error))
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # the last stop: a person must never meet a bare traceback
            if came_of_interruption(error):
                previous |= turn_deaf()
                code = end(session, interruption(session))
            else:
                code = end(session, fault(session, error))
        finally:
            restore_signals(previous)
        ctx.exit(int(code or 0))


def end(session: Session, stop: Stop) -> ExitCode:
    """Print how the command ended (and the document, if one was asked for); return the exit code."""
    if session.traceback and stop.__cause__ is not None:
        traceback.print_exception(stop.__cause__)
    click.echo(stop.text, err=True)
    if session.json:
        write({"status": stop.status, "message": stop.message.strip(), **stop.details})
    return stop.code


def interruption(session: Session) -> Stop:
    """What to say after Ctrl-C."""
    again = shlex.join(session.command)
    if session.stored is not None:
        message = f"Interrupted, but the run was complete. Its results lie in {session.stored}"
        return Stop(ExitCode.INTERRUPTED, f"\n{message}", status="interrupted", results=str(session.stored))
    after = f" after {session.progress}" if session.progress else ""
    kept = f"No result was written. {session.kept}" if session.kept else "Nothing was written"
    return Stop(
        ExitCode.INTERRUPTED,
        f"\nInterrupted{after}. {kept}.",
        status="interrupted",
        remedy=f"{'Go on' if session.kept else 'Start again'} with: {again}",
        again=again,
    )


def came_of_interruption(error: BaseException) -> bool:
    """Whether an error is Ctrl-C in another's words.

    Python 3.11 raises a RuntimeError of its own for whatever is raised within `__set_name__` while a
    class is made, so an interruption that strikes during an import may come out as that.
    """
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        if isinstance(link, KeyboardInterrupt):
            return True
        seen.add(id(link))
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return False


def unwritable(session: Session, error: OSError) -> Stop:
    """What to say when stdout fails; whatever else can fail on a disk has been said by then."""
    if error.filename is not None:
        return fault(session, error)
    silence_stdout()
    session.json = False
    lie = "" if session.stored is None else f"The results lie in {session.stored}"
    stop = Stop(ExitCode.INVALID, f"kzsim: the output cannot be written: {error.strerror}", remedy=lie)
    stop.__cause__ = error
    return stop


def fault(session: Session, error: Exception) -> Stop:
    """What to say when the program itself is wrong."""
    stop = Stop(
        ExitCode.STOPPED,
        f"kzsim: internal error: {type(error).__name__}: {error}",
        status="internal error",
        remedy="This is a fault of kzsim, not of your scenario."
        + ("" if session.traceback else " For the details: " + shlex.join((*session.command, "--traceback"))),
    )
    stop.__cause__ = error
    return stop


def tolerate_narrow_encodings() -> None:
    """Print '?' rather than fail where the terminal's encoding lacks a character."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def silence_stdout() -> None:
    """Point stdout at nothing, so that Python's own flush at the end does not fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def listen_for_termination() -> dict[int, Any]:
    """Treat a polite kill and a closed terminal like Ctrl-C, so that workers and temporary files go too."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous: dict[int, Any] = {}
    if threading.current_thread() is not threading.main_thread():
        return previous  # only the main thread may set handlers
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            previous[number] = signal.signal(number, interrupt)
    return previous


def turn_deaf() -> dict[int, Any]:
    """Ignore further Ctrl-C while the end of the command is told; return what to restore."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    return {signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN)}


def restore_signals(previous: dict[int, Any]) -> None:
    """Undo `listen_for_termination` and `turn_deaf`."""
    for number, handler in previous.items():
        signal.signal(number, handler)
