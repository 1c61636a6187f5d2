"""How is this customer: churn risk from exact tables with reasons that add up, health from signals, stage and tier.

Read on in this order::

    customers     one customer, whole: the use case behind ScoreCustomer
    model         what a model reads, how its tables score, the folder it comes in, reasons in words
    registry      which version serves: champion, challenger, and how that came to be
    health        signals, dimensions, knock-outs and colours; stage and value tier
    batch         whole tables, resumable, with the same bits as one by one
    memory        each customer's last score, kept for whoever decides by it
    services      all of it connected, for a server
    rpc  cli      the ways in
"""
