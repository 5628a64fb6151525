"""How compiled parts of the kernel call each other: with values as they stand, and without exceptions.

Numba passes an array in nine pieces, which every caller takes apart and every callee puts together, and
asks after each call whether the callee has failed. Most of what it wrote for the kernel was that. A part
is never called from Python and raises nothing; what Numba itself would raise in one (a range of step 0)
stops the process.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any, cast


@cache
def lowering_of_parts() -> Any | None:
    """What lowers a part, in the place of Numba's ``Lower``; None for a Numba of other parts."""
    try:
        ir = _instructions()
        from numba.core.callconv import CPUCallConv
        from numba.core.cpu import CPUContext
        from numba.core.lowering import Lower
    except ImportError:
        return None

    convention: Any = CPUCallConv
    context_class: Any = CPUContext
    usual: Any = Lower

    class InParts(convention):  # type: ignore[misc]  # a class that is not typed
        """Parts return a value and nothing else. What is not one of them is called as usual."""

        def return_value(self, builder: Any, retval: Any) -> None:
            builder.ret(retval)

        def return_user_exc(self, builder: Any, *_: Any, **__: Any) -> None:
            _stop(builder)

        def return_dynamic_user_exc(self, builder: Any, *_: Any, **__: Any) -> None:
            _stop(builder)

        def return_status_propagate(self, builder: Any, *_: Any) -> None:
            _stop(builder)

        def return_exc(self, builder: Any) -> None:
            _stop(builder)

    class ContextOfParts(context_class):  # type: ignore[misc]  # a class that is not typed
        @property
        def call_conv(self) -> Any:
            return InParts(self)

    class LowerPart(usual):  # type: ignore[misc]  # a class that is not typed
        def init(self) -> None:
            super().init()
            # a copy that is this object's own; the convention is a property of its class
            self.context.__class__ = ContextOfParts

        def setup_function(self, fndesc: Any) -> None:
            self.function = _declared(self.context, self.module, fndesc)
            self.entry_block = self.function.append_basic_block("entry")
            self.builder = ir.IRBuilder(self.entry_block)
            self.call_helper = None

        def extract_function_arguments(self) -> Any:
            self.fnargs = list(self.function.args)
            if not self.fndesc.inline:
                self.fnargs = _packer(self.context, self.fndesc).from_arguments(self.builder, self.fnargs)
            return self.fnargs

    return LowerPart


def call_of(fndesc: Any, library: Any) -> Any:
    """What Numba asks for to have a part called: the code of a call of it."""

    def call(context: Any, builder: Any, _: Any, values: Any) -> Any:
        given = values if fndesc.inline else _packer(context, fndesc).as_arguments(builder, values)
        found = builder.call(_declared(context, builder.module, fndesc), given)
        return context.get_returned_value(builder, fndesc.restype, found)

    call.signature = fndesc.argtypes  # type: ignore[attr-defined]  # as Numba's own has it
    call.libs = (library,)  # type: ignore[attr-defined]  # as Numba's own has it
    return call


def _declared(context: Any, module: Any, fndesc: Any) -> Any:
    from numba.core.cgutils import get_or_insert_function

    ir, insert = _instructions(), cast("Any", get_or_insert_function)
    models = context.data_model_manager
    if fndesc.inline:
        arguments = [models[each].get_value_type() for each in fndesc.argtypes]
    else:
        arguments = _packer(context, fndesc).argument_types
    of = ir.FunctionType(models[fndesc.restype].get_return_type(), arguments)
    function = insert(module, of, fndesc.mangled_name)
    if fndesc.inline:
        function.attributes.add("alwaysinline")
    return function


def _packer(context: Any, fndesc: Any) -> Any:
    """Arrays in pieces, for a part that is called and not put into its caller.

    With arrays as they stand the kernel took five per cent more instructions.
    """
    return context.get_arg_packer(fndesc.argtypes)


def _instructions() -> Any:
    return importlib.import_module("llvmlite.ir")  # which has no types


def _stop(builder: Any) -> None:
    ir = _instructions()
    nothing = ir.FunctionType(ir.VoidType(), ())
    builder.call(builder.module.declare_intrinsic("llvm.trap", (), nothing), ())
    builder.unreachable()
