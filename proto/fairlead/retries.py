"""When a failed call is made again: only where that is safe, later and later, and never all clients at once.

Safe means that the failure passes by itself and that the repeated call is the same call: every change carries a
``request_id``, which the service remembers.

References
----------
M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("full jitter").
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import grpc

from fairlead.errors import FairleadError

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Retries:
    """How patient a client is.

    Parameters
    ----------
    patience_s
        How long a call may take with all its repetitions, in seconds; 0: no repetition.
    first_s, longest_s
        The first wait lasts up to ``first_s`` seconds; each next one up to twice as long, at most ``longest_s``.
    sleep, now, draw
        How to wait, a clock in seconds, and a random number in [0, 1).
    """

    patience_s: float = 30.0
    first_s: float = 0.1
    longest_s: float = 2.0
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    draw: Callable[[], float] = random.random

    def run(self, call: Callable[[], Answer]) -> Answer:
        """Make a call until it succeeds, fails for good, or patience ends.

        Raises
        ------
        FairleadError
            The last failure.
        """
        deadline, longest = self.now() + self.patience_s, self.first_s
        while True:
            try:
                return call()
            except grpc.RpcError as error:
                failure = FairleadError.of_call(error)
                wait_s = failure.retry_delay_s + longest * self.draw()
                if not failure.may_pass or self.now() + wait_s > deadline:
                    raise failure from error
            self.sleep(wait_s)
            longest = min(2 * longest, self.longest_s)
