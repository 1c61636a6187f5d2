"""The door for browsers and everything else that speaks HTTP/1.1: what gRPC serves, by the same pipeline.

::

    server          uvicorn on its own port, in this process
    deadlines       heads and bodies that never end
    tls             certificates, renewed under way
    app             hosts, origins, paths, health
    connect         Connect and gRPC-Web, by connectrpc
    rest            methods by paths, and events of streams
    events          events of streams, as they are sent
    transcoding     a path, a query and a body as a request of a method
    routes          which method a path leads to
    query           fields of a request as a query names them
    json_messages   messages as JSON, and what is wrong with one
    scalars         single values as texts
    openapi/        all of it described, for tools and people
    resources       what is read by a path, the same for everybody
    answers         bytes, messages and statuses as they are sent
    bodies          what comes behind a head, until its client is gone
    carrier         what a call came by

Needs the extra ``web``; nothing here is imported unless FAIRLEAD_HTTP is set.
"""
