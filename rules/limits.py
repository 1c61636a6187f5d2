"""How large a rule set and the attributes it looks at may be. Stated in the messages that refuse more.

They keep a published rule set within what every engine can hold, and a check within a second or two.
"""

from __future__ import annotations

MAX_SOURCE_BYTES = 8 * 1024 * 1024
MAX_NODES = 2_000_000
"""Values of the document, keys included: some 100 for each of the 20,000 rules allowed."""
MAX_DEPTH = 32
MAX_RULES = 20_000
MAX_FIELDS = 250
MAX_CONDITIONS = 100
"""Comparisons in the condition of one rule."""
MAX_NESTING = 8
"""Levels of all, any and not."""
MAX_LIST = 200
MAX_LISTS = 250
"""Lists with a name."""
MAX_STRING = 512
MAX_NUMBER = 1e15
"""Numbers lie below it on both sides: beyond, a double no longer keeps whole numbers and fractions apart."""
DECIMALS = 4
MAX_RULE_PRIORITY = 1_000_000
MAX_ATTRIBUTES = 100
