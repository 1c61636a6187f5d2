"""From a file to rows that may be learnt from, with an account of everything left out.

Read on in this order::

    reading      opens CSV and Parquet
    inference    guesses what a column means
    outcomes     reads who left, whatever it is spelt like
    moments      reads whose a row is and when it was taken
    cleaning     leaves out what teaches nothing or teaches wrongly
    leaks        looks for columns that know the future
    pairs        which pairs of very many columns are looked at
    totals       adds up the parts of a bill
    twins        finds rows that are alike
    preparing    all of this, in order: `prepare`
    rows         what comes out: encoded rows with their outcome
    splitting    who is learnt from, who is judged
"""
