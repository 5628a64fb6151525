"""How Numba compiles the kernel: its own pipeline but for two things."""

from __future__ import annotations

from functools import cache
from typing import Any


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
            # a callee is compiled in the middle of its caller, which must find things as they were
            before = arrayobj.fix_integer_index
            arrayobj.fix_integer_index = as_it_is
            try:
                return super()._compile_core()
            finally:
                arrayobj.fix_integer_index = before

    return FromTheStart


@cache
def for_callers() -> Any:
    """The same for a function that only compiled functions call: neither optimised nor emitted by itself.

    Numba does both for every function, with all that it calls, and then again for each of its callers;
    a third of the time of compiling went there. A Numba whose parts have other names compiles as usual,
    slower, to the same code.
    """
    try:
        from numba.core.codegen import JITCodeLibrary
        from numba.core.compiler import DefaultPassBuilder
        from numba.core.compiler_machinery import register_pass
        from numba.core.typed_passes import NativeLowering
    except ImportError:
        return for_python()

    library_class: Any = JITCodeLibrary
    lowering_class: Any = NativeLowering
    usual_builder: Any = DefaultPassBuilder

    class LinkedOnly(library_class):  # type: ignore[misc]  # a class that is not typed
        """Code as it was lowered, for the libraries of its callers."""

        def _optimize_final_module(self) -> None:
            pass

        def _finalize_final_module(self) -> None:
            self._finalize_dynamic_globals()
            self._finalized = True

    make_library: Any = LinkedOnly
    lower: Any = NativeLowering.run_pass

    registered: Any = register_pass

    @registered(mutates_CFG=True, analysis_only=False)
    class LoweringForCallers(lowering_class):  # type: ignore[misc]  # a class that is not typed
        _name = "lowering_for_callers"

        def run_pass(self, state: Any) -> bool:
            state.flags.no_compile = True
            state.library = make_library(state.targetctx.codegen(), state.func_id.func_qualname)
            lower(self, state)
            # Callers look a function up by what Python would call. There is nothing to be called, and
            # any built-in function will do; Part sees to it that nobody calls this one.
            key: Any = [].append
            state["cr"] = state["cr"]._replace(cfunc=key)
            state.targetctx.insert_user_function(key, state["cr"].fndesc, [state.library])
            return True

    class ForCallers(for_python()):  # type: ignore[misc]  # a class that is not typed
        def define_pipelines(self) -> Any:
            usual = usual_builder.define_nopython_pipeline(self.state)
            own = type(usual)("for callers")
            for each, why in usual.passes:
                own.add_pass(LoweringForCallers if each is lowering_class else each, why)
            own.finalize()
            return [own]

    return ForCallers
