"""A table that cannot be read as it is: where, what stands there, what would be right, and which option says it.

::

    InvalidInput
    └── UnreadableTable         a file is no table, or holds values that nothing can be made of
"""

from __future__ import annotations

from failures import InvalidInput


class UnreadableTable(InvalidInput):
    """A file is no table, or holds values that nothing can be made of."""

    reason = "UNREADABLE_TABLE"
