"""The door for browsers and everything else that speaks HTTP/1.1.

::

    transcoding     a path, a query and a body as a request of a method
    routes          which method a path leads to
    query           fields of a request as a query names them
"""
