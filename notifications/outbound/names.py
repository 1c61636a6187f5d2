"""Looking names up, in threads of its own: a name server that hangs holds up no other work of this process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from background.tasks import share

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Returns all addresses of a host; raises OSError."""
_THREADS = 8


class Resolver:
    """``Resolve`` as this machine does it; those who ask for the same name at once share the question."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="names")
        self._questions: dict[tuple[str, int], asyncio.Future[list[str]]] = {}

    async def __call__(self, host: str, port: int) -> list[str]:
        """Return all addresses of a host.

        Raises
        ------
        OSError
            If it has none, or nobody knows.
        """
        place = host, port
        question = self._questions.get(place)
        if question is None:
            question = asyncio.get_running_loop().run_in_executor(self._threads, _looked_up, host, port)
            self._questions[place] = question
            share(question)
            question.add_done_callback(lambda _: self._questions.pop(place, None))
        return await asyncio.shield(question)

    def close(self) -> None:
        """Ask nothing any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _looked_up(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # a label of more than 63 characters
        raise socket.gaierror(socket.EAI_NONAME, "no name") from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))
