"""Has Python check the arguments of a construct, and pass them on, with less work.

For each construct the classes of jsii read the types of all parameters from their annotations, check
the many that were left out, and send Node a null for each of those. Here the types are read once,
what may be left out needs no check where it is, and Node gets what was given. What is refused, and
in which words, stays as it was, and the JSON is the same to the byte.

Nothing depends on it: where jsii is not built as expected, it works as it always does.
"""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from types import FunctionType, NoneType
from typing import Any, Union, get_origin

STUB = "_typecheckingstub__"
"""How the name of a function begins that jsii makes to have the annotations of parameters."""
PLAIN = frozenset((str, int, bool, float, NoneType))

Function = Callable[..., Any]


def install() -> None:
    """Have the classes of jsii work so, those too that are imported already."""
    names = ("get_type_hints", "check_type", "_make_reference_for_native")
    try:
        places = [vars(import_module(name)) for name in ("typing", "typeguard", "jsii._kernel")]
    except ImportError:
        return
    if all(name in place for name, place in zip(names, places, strict=True)):
        for name, place, lighter in zip(names, places, (remember, spare, given), strict=True):
            place[name] = lighter(place[name])


def remember(read: Function) -> Function:
    """`typing.get_type_hints` that reads the annotations of each function of jsii's once."""
    known: dict[FunctionType, Any] = {}

    @wraps(read)
    def get_type_hints(of: Any, *args: Any, **options: Any) -> Any:
        if args or options or type(of) is not FunctionType or not of.__name__.startswith(STUB):
            return read(of, *args, **options)
        if of not in known:
            known[of] = read(of)
        return known[of]

    return get_type_hints


def spare(check: Function) -> Function:
    """`typeguard.check_type` without a check of what is of the very type, or is left out."""

    @wraps(check)
    def check_type(*args: Any, **options: Any) -> Any:
        if not args:
            value, expected = options["value"], options["expected_type"]
            if type(value) is expected or (value is None and _optional(expected)):
                return value
        return check(*args, **options)

    return check_type


def _optional(expected: Any) -> bool:
    return get_origin(expected) is Union and NoneType in expected.__args__


def given(pass_on: Function) -> Function:
    """jsii's function that makes JSON of an argument, with no more of a struct than was given."""

    @wraps(pass_on)
    def make_reference(kernel: Any, value: Any) -> Any:
        if type(value) in PLAIN:
            return value
        names = getattr(value, "__jsii_name_mapping__", None)
        values = getattr(value, "_values", None)
        if names is None or values is None:
            return pass_on(kernel, value)
        data = {names[name]: make_reference(kernel, one) for name, one in values.items()}
        return {"$jsii.struct": {"fqn": value.__jsii_type__, "data": data}}

    return make_reference
