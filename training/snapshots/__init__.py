"""From a log of events to rows a model may learn from: what was known of a customer at a moment, and what became of
them after.

Read on in this order::

    definition  definition_file    what is asked for
    event_file  events             what is there
    aggregations  labels           what is computed from it
    build                          the table
    certificate                    the proof that it does not know the future
    writing                        the file
"""
