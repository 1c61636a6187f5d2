"""``make bench``: every figure that docs/performance.md quotes, but for the queue's."""

from __future__ import annotations

from benchmarks import decisions, guarded, prices, rules, serving

if __name__ == "__main__":
    rules.main()
    decisions.main()
    serving.main()
    guarded.main()
    prices.main()
