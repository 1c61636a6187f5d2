"""Who scores the shards: processes of this machine, or the workers of a Dask cluster. The work is the same function.

Processes are started afresh rather than forked, because threads of gRPC or Arrow do not survive a fork. Each watches
its parent and dies with it, so a run that was killed leaves nobody behind.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

from scoring.batch.adapters.shards import ShardContext, score_shard
from scoring.batch.plan import Shard
from scoring.errors import InvalidInput, RegistryUnavailable


def run_here(job: ShardContext, shards: Sequence[Shard], processes: int) -> Iterator[int]:
    """Score shards in processes of this machine; yield the rows of each as it is done."""
    if processes == 1:
        yield from (score_shard(job, shard) for shard in shards)
        return
    waiting = iter(shards)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_die_with_parent) as pool:
        running: set[Future[int]] = set()
        while True:
            for shard in waiting:
                running.add(pool.submit(score_shard, job, shard))
                if len(running) >= 2 * processes:
                    break
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)


def run_on_dask(job: ShardContext, shards: Sequence[Shard], address: str) -> Iterator[int]:
    """Score shards on a Dask cluster whose workers reach the same paths and have Fairlead installed.

    Raises
    ------
    InvalidInput
        If ``fairlead[dask]`` is not installed.
    RegistryUnavailable
        If the cluster does not answer.
    """
    try:
        import distributed
    except ImportError as error:
        raise InvalidInput.of("--dask", "needs the extra: pip install 'fairlead[dask]'") from error
    try:
        client = distributed.Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise RegistryUnavailable(f"the Dask cluster {address} does not answer: {error}") from error
    with client:
        # A shard is named after what it holds, so the key makes a worker's repeated attempt the same task.
        tasks = [client.submit(score_shard, job, shard, key=f"{job.out}/{shard.name}") for shard in shards]
        for task in distributed.as_completed(tasks, loop=client.loop):
            yield task.result()
            task.release()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
