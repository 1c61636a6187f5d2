"""How good it is, and whether it may replace the champion.

Read on in this order::

    evaluation    figures with a bootstrap over customers
    profit        what contacting the riskiest brings
    baselines     what anybody would do without a model
    gates         conditions of a promotion, as data
"""
