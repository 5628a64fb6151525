"""How Numba compiles the kernel: its own pipeline but for a few things."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import Any

from kzsim.compiled_calls import call_of, lowering_of_parts
from kzsim.machinecode import RETURNS, Code, is_at_hand


@cache
def for_python() -> Any:
    """A pipeline in which no index counts from the end.

    The kernel never means that by a negative number (a test watches), but a quarter of its
    instructions asked, and a sixth of its time went there. Numba compiles under a lock of its own,
    so nobody else's code is compiled in the meantime. A Numba without the function that is replaced
    here compiles as usual, to slower code with the same results.
    """
    from numba.core import compiler as numba_compiler
    from numba.core import types
    from numba.np import arrayobj

    usual: Any = getattr(arrayobj, "fix_integer_index", None)
    if usual is None:
        return numba_compiler.Compiler
    compiler_class: Any = numba_compiler.Compiler

    def as_it_is(context: Any, builder: Any, kind: Any, index: Any, _: Any) -> Any:
        return context.cast(builder, index, kind, types.intp)

    class FromTheStart(compiler_class):  # type: ignore[misc]  # a class that is not typed
        def _compile_core(self) -> Any:
            with _replaced(arrayobj, "fix_integer_index", as_it_is), _types_remembered():
                return super()._compile_core()

    return FromTheStart


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    # a callee is compiled in the middle of its caller, which must find things as they were
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _types_remembered() -> AbstractContextManager[None]:
    """What an operation gives for operands of some types is found out once.

    Numba tries all that it might be each time that it stands there: half of the time in which it finds types.
    """
    from numba.core.types import functions

    usual: Any = getattr(getattr(functions, "BaseFunction", None), "get_call_type", None)
    if usual is None:
        return nullcontext()

    def get_call_type(self: Any, context: Any, operands: Any, named: Any) -> Any:
        if named:
            return usual(self, context, operands, named)
        known = _known_types.setdefault(id(self), (self, {}))[1]  # kept, for nobody else to get its number
        if operands not in known:
            known[operands] = usual(self, context, operands, named)
        return known[operands]

    return _replaced(functions.BaseFunction, "get_call_type", get_call_type)


_known_types: dict[int, tuple[Any, dict[Any, Any]]] = {}


@cache
def for_callers() -> Any:
    """The same for a function that only compiled functions call: neither optimised nor emitted by itself.

    Numba does both for every function, with all that it calls, and then again for each of its callers;
    a third of the time of compiling went there. A Numba whose parts have other names compiles as usual,
    slower, to the same code.
    """
    lowering = lowering_of_parts()
    return (lowering and _own("callers", _linked_only, lowering)) or for_python()


@cache
def for_address() -> Any | None:
    """The same for a function that is called by its address: optimised, and left to ``code_of`` to emit.

    Numba emits it together with wrappers for Python and C. None for a Numba whose parts have other names.
    """
    return _own("its address", _optimised_only)


def code_of(dispatcher: Any, types: tuple[Any, ...]) -> Code | None:
    """Object code of a dispatcher with the pipeline ``for_address``; None if it needs more than the machine.

    That is what only a process has that has imported the compiler, or a result other than a plain number.
    """
    dispatcher.compile(types)
    (compiled,) = (found for found in dispatcher.overloads.values() if found.signature.args == types)
    library, returns = compiled.library, str(compiled.signature.return_type)
    if returns not in RETURNS or not all(map(_is_of_the_machine, library.needed())):
        return None
    return Code(compiled.fndesc.llvm_func_name, returns, library.object_code())


_OF_THE_MACHINE = {"numba_frexp": "frexp"}
"""What Numba only wraps, for numbers that are infinite or none: no logarithm is taken of those."""


def _is_of_the_machine(name: str) -> bool:
    is_own = name.startswith(("_Z", "numba", ".numba", "NRT", "Py", "_Py"))
    return not is_own and is_at_hand(name)


def _linked_only(library_class: Any) -> Any:
    class LinkedOnly(library_class):  # type: ignore[misc]  # a class that is not typed
        """Code as it was lowered, for the libraries of its callers."""

        def _optimize_final_module(self) -> None:
            pass

        def _finalize_final_module(self) -> None:
            self._finalize_dynamic_globals()
            self._finalized = True

    return LinkedOnly


def _optimised_only(library_class: Any) -> Any:
    class OptimisedOnly(library_class):  # type: ignore[misc]  # a class that is not typed
        """Code as it was optimised, for whoever wants its object code."""

        def _finalize_final_module(self) -> None:
            self._finalize_dynamic_globals()
            self._finalized = True

        def needed(self) -> list[str]:
            """Names that the code uses and does not hold, in the words of the machine where it has them."""
            module = self._final_module
            used = [*module.functions, *module.global_variables]
            declared = [name for name in used if name.is_declaration and not name.name.startswith("llvm.")]
            for found in declared:
                found.name = _OF_THE_MACHINE.get(found.name, found.name)
            return [found.name for found in declared]

        def object_code(self) -> bytes:
            code: bytes = self._codegen._tm.emit_object(self._final_module)  # noqa: SLF001 - no other way to it
            return code

    return OptimisedOnly


_NEEDLESS = {
    "WithLifting",
    "InlineClosureLikes",
    "RewriteSemanticConstants",
    "DeadBranchPrune",
    "GenericRewrites",
    "RewriteDynamicRaises",
    "MakeFunctionToJitFunction",
    "InlineInlinables",
    "FindLiterallyCalls",
    "LiteralUnroll",
    "LiteralPropagationSubPipelinePass",
    "InlineOverloads",
    "NopythonRewrites",
    "AnnotateTypes",
    "DumpParforDiagnostics",
}
"""Passes for what the kernel has none of: closures, with-blocks, expressions of whole arrays, reports."""


def _own(name: str, make_library_class: Callable[[Any], Any], lowering_of: Any = None) -> Any | None:
    """A pipeline without wrappers, with a library of its own; None for a Numba of other parts.

    ``lowering_of``: what lowers a part; None for a function that is called as Numba's own are.
    """
    try:
        from numba.core.codegen import JITCodeLibrary
        from numba.core.compiler import DefaultPassBuilder
        from numba.core.compiler_machinery import register_pass
        from numba.core.typed_passes import NativeLowering
    except ImportError:
        return None

    lowering_class: Any = NativeLowering
    usual_builder: Any = DefaultPassBuilder
    make_library: Any = make_library_class(JITCodeLibrary)
    lower: Any = NativeLowering.run_pass
    registered: Any = register_pass

    @registered(mutates_CFG=True, analysis_only=False)
    class OwnLowering(lowering_class):  # type: ignore[misc]  # a class that is not typed
        _name = f"lowering for {name}"

        @property
        def lowering_class(self) -> Any:
            return lowering_of or super().lowering_class

        def run_pass(self, state: Any) -> bool:
            state.flags.no_compile = True
            state.library = make_library(state.targetctx.codegen(), state.func_id.func_qualname)
            lower(self, state)
            state.library.finalize()
            # Callers look a function up by what Python would call. There is nothing to be called, and
            # any built-in function will do; Part and Root see to it that nobody calls this one.
            key: Any = [].append
            state["cr"] = state["cr"]._replace(cfunc=key)
            call = call_of(state["cr"].fndesc, state.library)
            if lowering_of:
                state.targetctx.insert_func_defn([(call, key, call.signature)])
            return True

    class Own(for_python()):  # type: ignore[misc]  # a class that is not typed
        def define_pipelines(self) -> Any:
            usual = usual_builder.define_nopython_pipeline(self.state)
            own = type(usual)(f"for {name}")
            for each, why in usual.passes:
                if each.__name__ not in _NEEDLESS:
                    own.add_pass(OwnLowering if each is lowering_class else each, why)
            own.finalize()
            return [own]

    return Own
