"""Adds up what belongs together: the parts of a bill, of which no pair of features sees the sum.

Which columns are parts of one amount is judged by their names and values alone, never by the outcome, so that a total
cannot know more than its parts, and the rule has no figure to be tuned by:

- numbers whose names end in the same word for money ("Total day charge", "Total eve charge"; 白天费用, 夜间费用), and
  which are told apart by no word for a statistic or a stretch of time: an average is no part of a maximum, nor the
  amount of a week one of the amount of a month;
- none of them negative, and none of them the total already, that is at least the sum of the others in nearly all rows.

Money adds up whatever it was paid for; minutes and messages have different prices, so only money is added.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from scoring.model.columns import encode_columns
from scoring.model.logistic import FloatArray
from scoring.model.schema import MAX_PARTS, Feature, FeatureSchema
from training.data.inference import Column, described

IS_TOTAL = 0.99
"""Share of rows in which a column reaches the sum of the others, from which it is taken for their total."""

MONEY = {
    "amount": "金额",
    "bill": "账单",
    "charge": "费用",
    "cost": "花费",
    "fee": "费用",
    "payment": "付款",
    "price": "价格",
    "revenue": "收入",
    "spend": "消费",
    "spending": "消费",
}
"""Words for money, in the singular, and what reasons call them in Chinese."""

_CHINESE = tuple(dict.fromkeys(MONEY.values()))
_OTHERWISE = re.compile(
    r"^(avg|average|mean|median|min|max|minimum|maximum|std|var|ratio|share|trend|slope|change|delta|first|last|prev|"
    r"previous|recent|per|hourly|daily|days|week(ly|s)?|month(ly|s)?|quarter(ly|s)?|year(ly|s)?|annual|\d+[a-z]?)$"
)
_OTHERWISE_CHINESE = re.compile("平均|最大|最小|最高|最低|中位|上次|首次|最近|每|近|日均|月均|\\d")


def totals_among(columns: Sequence[Column]) -> Iterator[Feature]:
    """Yield the totals that the columns have not brought themselves, named after what is added."""
    groups = defaultdict[str, list[Column]](list)
    for column in columns:
        if column.feature is not None and column.feature.type == "number" and (word := money_in(column.name)):
            groups[word].append(column)
    for word, parts in groups.items():
        if 2 <= len(parts) <= MAX_PARTS and _adds_up([part.encoded for part in parts]):
            missing = dict.fromkeys(text for part in parts if part.feature for text in part.feature.missing)
            chinese = MONEY.get(word, word)
            yield Feature(
                name=f"{word} in total" if word in MONEY else f"{word}合计",
                type="number",
                total_of=tuple(part.name for part in parts),
                missing=tuple(missing),
                wording_en=f"{word} in total" if word in MONEY else f"{word}合计",
                wording_zh=f"{chinese}合计",
            )


def money_in(name: str) -> str:
    """Return the word for money that a name ends in; empty if it ends in none, or is a statistic or of a period.

    Examples
    --------
    >>> money_in("Total day charge"), money_in("evening_charges"), money_in("夜间费用")
    ('charge', 'charge', '费用')
    >>> money_in("MonthlyCharges"), money_in("avg_charge"), money_in("charge_30d"), money_in("近30天消费")
    ('', '', '', '')
    """
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+[a-z]?", name)]
    last = words[-1].removesuffix("s") if words else ""
    if last in MONEY and name.lower().rstrip().endswith(words[-1]):
        return "" if any(map(_OTHERWISE.match, words[:-1])) else last
    chinese = next((word for word in _CHINESE if name.endswith(word)), "")
    return "" if _OTHERWISE_CHINESE.search(name) else chinese


def _adds_up(parts: Sequence[FloatArray]) -> bool:
    """Tell whether numbers look like parts of one amount."""
    known = np.vstack(parts)
    known = known[:, ~np.isnan(known).any(axis=0)]
    if not known.size or (known < 0).any():
        return False
    reaches = known >= known.sum(axis=0) - known
    return not bool((reaches.mean(axis=1) >= IS_TOTAL).any())


def read_total(table: pa.Table, feature: Feature) -> Column:
    """Encode a total as it will be served."""
    columns = {name: table[name] for name in feature.total_of}
    rows, _ = encode_columns(FeatureSchema(features=(feature,)), columns, len(table))
    total = np.ascontiguousarray(rows[:, 0])
    return Column(feature.name, pa.chunked_array([total]), described(feature, total), total)
