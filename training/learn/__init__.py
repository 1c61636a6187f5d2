"""How one learns: candidates, simplest first, each of which becomes exact tables or is refused.

Read on in this order::

    candidates    the ladder, and `export`: fit, read out, prove
    steps         its first rung, logistic regression with steps
    boosting      the other rungs: trees read out into tables
    purify        main effects and pairs made unique
    parity        the proof that tables answer as their estimator
    selection     the simplest good candidate
    calibrating   from log-odds to honest probabilities
    rematch       the champion's recipe on the rows of a challenger
"""
