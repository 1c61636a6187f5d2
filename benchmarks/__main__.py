"""``make bench``: every figure that docs/performance.md quotes, but for those that name another command.

Exit code 1: a limit is not held.
"""

from __future__ import annotations

import sys

from benchmarks import decisions, guarded, prices, rules, serving, tables

if __name__ == "__main__":
    rules.main()
    decisions.main()
    serving.main([], standalone_mode=False)
    guarded.main()
    prices.main()
    sys.exit(0 if tables.held() else 1)
