"""A model as data: what it reads, how it scores, the folder it comes in.

Read on in this order::

    schema                       features and what they mean
    encoding  columns            one customer, or columns of many, as numbers: the same bits
    tables  logistic             bins, tables, and the sum of them
    calibration                  from log-odds to probability
    artefact                     the folder, written whole and verified to the last byte before it serves
    manifest  layout  archive  verification    its parts
    loaded                       a verified model, ready to answer
    reasons  wording  actions    the answer in words, and what would change it
    profit                       from which risk on it pays to rescue a customer
    ports                        where a folder lies
"""
