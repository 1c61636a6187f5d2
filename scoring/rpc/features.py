"""A customer's features where they stand, in a Struct: read when they are asked for, and only those.

Whoever knows which ones they need asks for all of them at once: one pass of C over the map, and no dictionary between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from google.protobuf.struct_pb2 import Struct, Value


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
        fields = self._fields  # asked first whether it has a name: to look one up that is not there would add it
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
