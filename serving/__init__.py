"""One process of Fairlead: what an operator can choose, its parts connected, and its life from start to drain.

``settings`` → ``wiring`` → ``lifecycle``; ``worker`` is a process that only empties queues, ``operations`` connects
training and rescoring, ``supervisor`` keeps several processes running, ``doctor`` asks each part of a set-up how it is.
The only package that imports all the others; nobody but ``service`` imports it.
"""

import os
from zoneinfo import reset_tzpath

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # children are started afresh; gRPC would warn at each
reset_tzpath(to=())  # zones are tzdata's, not the machine's: else two servers plan differently, and so does replay
