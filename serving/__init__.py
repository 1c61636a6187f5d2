"""One process of Fairlead: what an operator can choose, its parts connected, and its life from start to drain.

``settings`` → ``parts`` → ``life``. The only package that imports all the others; nobody but ``service`` imports it.
"""

import os

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # children are started afresh; gRPC would warn at each
