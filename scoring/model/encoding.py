"""From a customer's features as they come to the numbers that the tables read.

A number stays itself, a category becomes its place in the schema, a bool 0 or 1, and what is not known NaN. Whatever
could not be taken at its word is flagged; nothing is an error, because an answer with a flag is of more use than
none. Columns of a file (`scoring.model.columns`) go through the same lines, value by distinct value.
"""

from __future__ import annotations

import functools
import heapq
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from missing_words import is_missing
from scoring.model.schema import Feature, FeatureSchema
from tables.names import NearNames

MOST_STRANGE = 100
"""Names that the schema does not have, of one customer, that are looked at, in the order of their letters: whoever
sends more means them so."""
NAN = math.nan
_BOOL_TEXTS = {"false": 0.0, "true": 1.0, "0": 0.0, "1": 1.0}


class FlagKind(StrEnum):
    """Why a value could not be taken at its word."""

    MISSING = "MISSING"
    UNKNOWN_CATEGORY = "UNKNOWN_CATEGORY"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    UNREADABLE = "UNREADABLE"
    MISSPELT = "MISSPELT"


@dataclass(frozen=True, slots=True)
class Flag:
    """A remark on one feature.

    Parameters
    ----------
    value
        What was found, shortened to 64 characters: its value, or, if it is misspelt, its name. Empty: nothing.
    """

    feature: str
    kind: FlagKind
    value: str = ""


def category_text(value: object) -> str:
    """Return the text a value is known by as a category; training and serving agree on this form.

    Examples
    --------
    >>> category_text(1.0), category_text(1), category_text(True), category_text(2.5), category_text(" DSL ")
    ('1', '1', 'true', '2.5', 'DSL')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value).strip()


class FeatureEncoder:
    """Encodes the values of one feature.

    Examples
    --------
    >>> encode = FeatureEncoder(Feature(name="plan", type="category", categories=("basic", "pro")))
    >>> encode("pro"), encode("gold"), encode(None)
    ((1.0, None), (nan, <FlagKind.UNKNOWN_CATEGORY: 'UNKNOWN_CATEGORY'>), (nan, <FlagKind.MISSING: 'MISSING'>))
    >>> encode = FeatureEncoder(Feature(name="age", type="number", low=18.0, high=99.0))
    >>> encode("42"), encode(7), encode("twelve")
    ((42.0, None), (7.0, <FlagKind.OUT_OF_RANGE: 'OUT_OF_RANGE'>), (nan, <FlagKind.UNREADABLE: 'UNREADABLE'>))
    """

    def __init__(self, feature: Feature) -> None:
        self.feature = feature
        self.low = -sys.float_info.max if feature.low is None else feature.low
        self.high = sys.float_info.max if feature.high is None else feature.high
        self._missing = {"", *(marker.strip() for marker in feature.missing)}
        self._numeric = feature.type == "number"
        numbers = map(_as_number, feature.missing) if self._numeric else ()
        self.missing_numbers = frozenset(number for number in numbers if number is not None)
        self._codes = {text.strip(): float(code) for code, text in enumerate(feature.categories)}
        if feature.type == "bool":
            self._codes = {**_BOOL_TEXTS, **self._codes}

    @property
    def usual(self) -> tuple[float, float, Mapping[str, float]]:
        """The floats from low to high that stand for themselves, and the texts that are codes."""
        if not self._numeric:
            return math.inf, -math.inf, self._codes
        return (math.inf, -math.inf, {}) if self.missing_numbers else (self.low, self.high, {})

    def __call__(self, value: object) -> tuple[float, FlagKind | None]:
        """Return the encoded value and, where it could not be taken at its word, why."""
        if value is None or value != value:
            return NAN, FlagKind.MISSING
        return self._number(value) if self._numeric else self._code(value)

    def _number(self, value: object) -> tuple[float, FlagKind | None]:
        if not isinstance(value, int | float):
            text = str(value).strip()
            if text in self._missing or is_missing(text):
                return NAN, FlagKind.MISSING
            value = text
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return NAN, FlagKind.UNREADABLE
        if not math.isfinite(number):
            return NAN, FlagKind.UNREADABLE
        if number in self.missing_numbers:
            return NAN, FlagKind.MISSING
        return number, None if self.low <= number <= self.high else FlagKind.OUT_OF_RANGE

    def _code(self, value: object) -> tuple[float, FlagKind | None]:
        text = category_text(value)
        code = self._codes.get(text)
        if code is not None:
            return code, None
        if text in self._missing or is_missing(text):
            return NAN, FlagKind.MISSING
        if self.feature.type == "bool" and (code := self._codes.get(text.lower())) is not None:
            return code, None
        return NAN, FlagKind.UNKNOWN_CATEGORY


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


class TotalEncoder:
    """Encodes a feature that is the sum of other columns.

    The parts are added in their order, one after the other, here as in `scoring.model.columns`: the same bits. A part
    that cannot be taken at its word makes the total unknown, and says why.

    Examples
    --------
    >>> bill = TotalEncoder(Feature(name="bill", type="number", total_of=("day", "night"), missing=("NA",)))
    >>> bill({"day": 30.5, "night": "2"}), bill({"day": 30.5, "night": "NA"})
    ((32.5, None), (nan, <FlagKind.MISSING: 'MISSING'>))
    """

    def __init__(self, feature: Feature) -> None:
        self.parts = [
            FeatureEncoder(Feature(name=name, type="number", missing=feature.missing)) for name in feature.total_of
        ]
        self.whole = FeatureEncoder(feature.model_copy(update={"total_of": (), "missing": ()}))

    def __call__(self, features: Mapping[str, object]) -> tuple[float, FlagKind | None]:
        """Return the total and, where it could not be had or taken at its word, why."""
        total = 0.0
        for encode in self.parts:
            number, kind = encode(features.get(encode.feature.name))
            if kind is not None:
                return NAN, kind
            total += number
        return self.whole(total)


def in_order(features: Mapping[str, object], names: Sequence[str]) -> Iterable[object]:
    """Return the features of these names in their order, None where there is none.

    Features that have a method `in_order` of their own, as those of a message have, are read by it, at once.
    """
    at_once: Callable[[Sequence[str]], Iterable[object]] | None = getattr(features, "in_order", None)
    return map(features.get, names) if at_once is None else at_once(names)


class RowEncoder:
    """Encodes customers given as mappings from feature to value; names the schema does not have are ignored.

    Examples
    --------
    >>> age, vip = Feature(name="age", type="number"), Feature(name="vip", type="bool")
    >>> encode = RowEncoder(FeatureSchema(features=(age, vip)))
    >>> encode({"age": 40, "vip": True})
    ([40.0, 1.0], [])
    >>> encode({"age": 40})
    ([40.0, nan], [Flag(feature='vip', kind=<FlagKind.MISSING: 'MISSING'>, value='')])
    """

    def __init__(self, schema: FeatureSchema) -> None:
        self._names = tuple(feature.name for feature in schema.features if not feature.total_of)
        encoders = [FeatureEncoder(feature) for feature in schema.features if not feature.total_of]
        self._encoders = [(encoder, *encoder.usual) for encoder in encoders]
        self._totals = [(feature.name, TotalEncoder(feature)) for feature in schema.features if feature.total_of]

    def __call__(self, features: Mapping[str, object]) -> tuple[list[float], list[Flag]]:
        """Return the row in the schema's order, and what was remarkable about it."""
        row: list[float] = []
        flags: list[Flag] = []
        for value, (encode, low, high, codes) in zip(in_order(features, self._names), self._encoders, strict=True):
            # The two usual cases at the price of a comparison; NaN and infinity fail it.
            if type(value) is float and low <= value <= high:
                row.append(value)
            elif type(value) is str and value in codes:
                row.append(codes[value])
            else:
                number, kind = encode(value)
                row.append(number)
                if kind is not None:
                    flags.append(Flag(encode.feature.name, kind, "" if value is None else str(value)[:64]))
        for name, encode_total in self._totals:
            number, kind = encode_total(features)
            row.append(number)
            if kind is not None:
                flags.append(Flag(name, kind))
        return row, flags


class SlipFinder:
    """Finds features that are missing because they came by a misspelt name.

    Examples
    --------
    >>> find = SlipFinder(FeatureSchema(features=(Feature(name="tenure", type="number"),)))
    >>> find({"tenrue": 3.0}, [Flag("tenure", FlagKind.MISSING)])
    [Flag(feature='tenure', kind=<FlagKind.MISSPELT: 'MISSPELT'>, value='tenrue')]
    """

    def __init__(self, schema: FeatureSchema) -> None:
        self._inputs = {feature.name: feature.total_of or (feature.name,) for feature in schema.features}
        self._known = frozenset(schema.inputs)
        self._meant = functools.lru_cache(maxsize=1_024)(NearNames(schema.inputs).meant)

    def __call__(self, features: Mapping[str, object], flags: list[Flag]) -> list[Flag]:
        """Say of each feature that is missing by which name it came, if it did."""
        if not any(flag.kind is FlagKind.MISSING for flag in flags):
            return flags
        strange = heapq.nsmallest(MOST_STRANGE, (name for name in features if name not in self._known))
        slips: dict[str, str] = {}
        for name in strange:
            if (meant := self._meant(name)) and meant not in features:
                slips.setdefault(meant, name)
        return [self._told(flag, slips) for flag in flags] if slips else flags

    def _told(self, flag: Flag, slips: Mapping[str, str]) -> Flag:
        name = next((slips[name] for name in self._inputs[flag.feature] if name in slips), "")
        return Flag(flag.feature, FlagKind.MISSPELT, name[:64]) if name and flag.kind is FlagKind.MISSING else flag
