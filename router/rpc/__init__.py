"""The gRPC side of routing: servicers between messages and use cases.

``status`` says which failure becomes which code, ``messages`` converts, one module per service follows;
``gateway`` puts them on a server.
"""
