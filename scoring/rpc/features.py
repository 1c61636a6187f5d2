"""A customer's features where they stand in a message: read when asked for, and only those; and how one is written.

Whoever knows which ones they need asks for all of them at once: one pass of C over the maps, and no dictionary between.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from google.protobuf.struct_pb2 import NullValue, Struct, Value

from failures import shown
from fairlead.v1 import scoring_pb2 as pb
from scoring.errors import InvalidInput
from scoring.model.schema import MAX_FEATURES, FeatureValue

_NOTHING = Struct()
_NULL = NullValue.NULL_VALUE  # looked up once: the enum's names are a Python method


def features_of(customer: pb.Customer) -> Mapping[str, object]:
    """Return the features of a customer, in whichever of the contract's forms they are.

    Raises
    ------
    InvalidInput
        If there are too many, or a name stands in two of the forms.

    Examples
    --------
    >>> customer = pb.Customer(number_features={"age": 40}, text_features={"plan": "pro"}, features={"vip": True})
    >>> features = features_of(customer)
    >>> features["vip"], features.get("age"), len(features)
    (True, 40.0, 3)
    """
    numbers, texts = customer.number_features, customer.text_features
    others = customer.features if customer.HasField("features") else _NOTHING
    count = len(numbers) + len(texts) + len(others)
    if count > MAX_FEATURES:
        raise InvalidInput.of("customer.features", f"{count} features: at most {MAX_FEATURES}")
    if count == len(others):
        return StructFeatures(others)
    _refuse_twice("customer.text_features", texts, numbers)
    plain = PlainFeatures(numbers, texts)
    if not others:
        return plain
    _refuse_twice("customer.features", others, plain)
    return {**plain, **StructFeatures(others)}


def _refuse_twice(field: str, names: Iterable[str], others: Container[str]) -> None:
    for name in names:
        if name in others:
            allowed = "allowed is a name in one of features, number_features and text_features"
            raise InvalidInput.of(field, f"{shown(name)} stands in another one too; {allowed}")


class PlainFeatures(Mapping[str, object]):
    """Features by name: numbers and texts, of which each has names of its own.

    Examples
    --------
    >>> features = PlainFeatures({"age": 40.0}, {"plan": "pro"})
    >>> features["plan"], features.get("city"), features.in_order(["age", "city"])
    ('pro', None, [40.0, None])
    """

    __slots__ = ("_numbers", "_texts")

    def __init__(self, numbers: Mapping[str, float], texts: Mapping[str, str]) -> None:
        self._numbers = numbers
        self._texts = texts

    def in_order(self, names: Sequence[str]) -> list[object]:
        """Return the features of these names in their order, None where there is none."""
        numbers, texts = self._numbers, self._texts  # asked first, as a look-up would add the name
        return [numbers[name] if name in numbers else texts.get(name) for name in names]

    def __getitem__(self, name: str) -> object:
        if name not in self:
            raise KeyError(name)
        return self.in_order((name,))[0]

    def __contains__(self, name: object) -> bool:
        return name in self._numbers or name in self._texts

    def __iter__(self) -> Iterator[str]:
        return chain(self._numbers, self._texts)

    def __len__(self) -> int:
        return len(self._numbers) + len(self._texts)


class StructFeatures(Mapping[str, object]):
    """Features by name: numbers, texts and bools as themselves, null as None; what is nested stays a message.

    Examples
    --------
    >>> struct = Struct()
    >>> struct.update({"age": 40, "plan": "pro", "vip": False, "since": None})
    >>> features = StructFeatures(struct)
    >>> features["plan"], features.get("city"), features.in_order(["age", "vip", "since", "city"])
    ('pro', None, [40.0, False, None, None])
    """

    def __init__(self, struct: Struct) -> None:
        self._fields = struct.fields

    def in_order(self, names: Sequence[str]) -> list[object]:
        """Return the features of these names in their order, None where there is none."""
        fields = self._fields  # asked first, as a look-up would add the name
        return [
            (value := fields[name]).number_value or value.string_value or _zero_or_other(value)
            if name in fields
            else None
            for name in names
        ]

    def __getitem__(self, name: str) -> object:
        if name not in self._fields:
            raise KeyError(name)
        return self.in_order((name,))[0]

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def _zero_or_other(value: Value) -> object:
    """Return a value that is neither a number but 0 nor a text with characters; what is nested stays a message."""
    kind = value.WhichOneof("kind")
    return None if kind is None or kind == "null_value" else getattr(value, kind)


def write_value(message: Value, value: FeatureValue) -> None:
    """Write a feature's value, None as null."""
    if type(value) is float:  # what most are, first
        message.number_value = value
    elif value is None:
        message.null_value = _NULL
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, str):
        message.string_value = value
    else:
        message.number_value = value
