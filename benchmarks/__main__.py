"""``make bench``: every figure that README quotes about speed."""

from __future__ import annotations

from benchmarks import decisions, guarded, prices, rules, serving

if __name__ == "__main__":
    rules.main()
    decisions.main()
    serving.main()
    guarded.main()
    prices.main()
