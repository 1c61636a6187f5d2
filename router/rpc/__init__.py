"""The gRPC side of routing: servicers between messages and use cases.

``register`` puts servicers on a server, ``status`` turns errors into ``google.rpc.Status``, ``messages`` converts,
one module per service follows.
"""
