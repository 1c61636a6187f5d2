"""What a list keeps: the ``filter`` of its request, in the language of AIP-160 [1]_, as far as lists here take it.

``syntax`` reads it into ``criteria``; ``fields`` says which fields a list may be filtered by, and what each may be
compared with. Who lists declares its fields once, reads each request's filter with them, and asks it of each record.

No Python library of the language is kept up but one for SQLAlchemy, and a parser generator takes longer to load than a
first call should wait; the grammar is eight lines.

References
----------
.. [1] https://google.aip.dev/160 and https://google.aip.dev/assets/misc/ebnf-filtering.txt
"""
