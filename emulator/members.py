"""Finds the members of an answer in moto's (5.2.5) objects, under the names that moto tries.

For each member of each object it works out anew under which names it may stand there, though they
follow from the member's shape and the object's class: a tenth of the processor time of an apply's
requests, and a quarter where much is listed.
"""

from typing import Any

from moto.core.serialize import AttributePickerContext, ResponseSerializer, XFormedAttributePicker

get_value = ResponseSerializer.get_value
MISSING = object()
NOT_THERE = (KeyError, IndexError, TypeError, AttributeError)
"""What moto takes for no such member."""


def _value(self: Any, value: Any, key: str, shape: Any) -> Any:
    picker = self._value_picker
    if type(picker) is not XFormedAttributePicker or shape is None:
        return get_value(self, value, key, shape)
    found = _found(value, _names(picker, value, key, shape))
    if picker.response_transformers:
        path = f"{'.'.join(self.path)}.{key}"
        for end, transform in picker.response_transformers.items():
            if path.endswith(end):
                return transform(found)
    return found


def _names(picker: Any, value: Any, key: str, shape: Any) -> tuple[str, ...]:
    # At the shape, which may be made for one answer and goes with it.
    kept: dict[Any, tuple[str, ...]] = vars(shape).setdefault("possible_names", {})
    which = (type(value), key)
    if which not in kept:
        context = AttributePickerContext(obj=value, key=key, shape=shape)
        kept[which] = tuple(dict.fromkeys(picker.get_possible_keys(context)))
    return kept[which]


def _found(value: Any, names: tuple[str, ...]) -> Any:
    if not hasattr(value, "__getitem__"):
        for name in names:
            found = getattr(value, name, MISSING)
            if found is not MISSING:
                return found
        return None
    for name in names:
        try:
            return value[name]
        except NOT_THERE:
            continue
    return None


def find() -> None:
    """Find them so in this process."""
    ResponseSerializer.get_value = _value
