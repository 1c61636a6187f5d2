"""What becomes of a call, whatever carries it: ``pipeline`` is its way, ``call`` itself, ``status`` how it fails.

``load_shedding`` rejects those that are too many, ``masking`` hides personal fields in answers, ``error_details``
writes down what a status says beside its code, ``hosts`` are where servicers are put.
"""
