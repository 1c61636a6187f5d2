"""How a model is made: a table of customers or events in, exact tables with an honest report out.

Read on in this order::

    pipeline      the use case: file in, version out; behind ``fairlead train`` and TrainModel
    data          a table becomes rows that may be learnt from, with an account of what is left out
    learn         the ladder of candidates, how one becomes exact tables, and its calibration
    strategies    which rows learn and which judge: cross-validation, or forward in time
    evaluate      figures with their uncertainty, simple rules, gates of a promotion
    report        the artefact: report, page, cards
    snapshots     events become point-in-time rows, behind ``fairlead dataset``
    rpc  cli      the ways in
"""
