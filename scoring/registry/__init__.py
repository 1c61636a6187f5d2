"""Which version of a model serves, and how that came to be.

Read on in this order::

    registry        `Registry`: load, compare, promote, challenge, roll back
    journal         a numbered entry per change, each holding the aliases whole
    hash_chain      whether the journal was altered
    gates           what training found, as far as a promotion depends on it
    active_model    the champion, exchanged without anybody noticing
    champions       a tenant's own champion, or everybody's
    ports           where models stand; `adapters`: on a disk, or wherever fsspec reaches
"""
