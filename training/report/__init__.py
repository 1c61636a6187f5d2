"""What is written down: the artefact, and what people read beside it.

Read on in this order::

    publishing    the version's folder, named after all that went into it
    document      ``report.json``
    page          ``report.html`` and ``report.zh.html``, from ``pages/``, with `charts`, `shapes` and `svg`
    words         its sentences in English and, by `chinese`, in Chinese
    cards         the model card in English and Chinese
"""
