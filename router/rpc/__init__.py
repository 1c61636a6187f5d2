"""The gRPC side of routing: servicers between messages and use cases.

``messages`` converts, one module per service follows; ``gateway`` puts them on a server, and says which failure becomes
which code.
"""
