"""The description of the API that tools and people read, in the form of OpenAPI 3.1.

::

    host            serves it at /openapi.json, and its page at /docs
    page/           what the page is made of: Swagger UI, unchanged
    document        the whole
    operations      methods by their paths, and by their names
    errors          how they fail
    schemas         messages and enums
    comments.json   what the contract says of each, as its compiler reads it: ``python -m tests.http_comments``
    examples.json   calls and answers, recorded from a server: ``python -m tests.http_examples``
"""
