"""Fairlead beside MLServer: the same model and rows over gRPC, in the same run.

    make bench-models

MLServer's scikit-learn runtime serves a fitted estimator as it is; Fairlead serves the tables exported from that
estimator, with three reasons in each answer. MLServer comes from PyPI into an environment of its own below ``build``,
because its pins and ours exclude each other; where that cannot be made, one line says why. It runs without worker
processes, which on two cores is its fastest setting.

References
----------
https://mlserver.readthedocs.io
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import pickle
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import grpc
import numpy as np
import sklearn

from benchmarks.scoring import GOAL_MLSERVER, serving
from benchmarks.scoring_model import request, rows, schema, write_registry
from fairlead.v1 import scoring_pb2
from scoring.model.logistic import FloatArray
from training.learn.boosting import FittedBoosting
from training.learn.candidates import PAIRWISE

VERSION = "1.7.1"
ENVIRONMENT = Path(__file__).parents[1] / "build" / f"mlserver-{VERSION}"
MESSAGES = Path(__file__).with_name("mlserver_messages.py")
N_ROWS = 64
CONCURRENCY = 16
SECONDS, ROUNDS = 2.0, 3
_START_S, _INSTALL_S = 60.0, 600.0
_INFER = "/inference.GRPCInferenceService/ModelInfer"
_SCORE = "/fairlead.v1.ScoringService/ScoreCustomer"
_CLOSE = 1e-9
"""Largest difference in probability at which two answers are of the same model."""


class CannotCompare(Exception):
    """MLServer cannot be had here."""


def main() -> None:
    """Measure both in turns and print the ratio, or why there is none."""
    try:
        python = _environment()
        with tempfile.TemporaryDirectory() as folder:
            theirs, ours = _compare(python, Path(folder))
    except CannotCompare as error:
        print(f"mlserver {VERSION}: not compared, {error}")
        return
    print(f"mlserver {VERSION}, scikit-learn runtime   {theirs:8,.0f} calls/s")
    print(f"ScoreCustomer, with three reasons     {ours:8,.0f} calls/s")
    print(f"the same model and rows over gRPC: {ours / theirs:.1f} × (goal {GOAL_MLSERVER} ×)")


def _environment() -> Path:
    """Return the Python of MLServer's environment, made if need be."""
    python = ENVIRONMENT / "bin" / "python"
    wanted = [f"mlserver=={VERSION}", f"mlserver-sklearn=={VERSION}", f"scikit-learn=={sklearn.__version__}"]
    if not (ENVIRONMENT / ".ready").exists():
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)],
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted],
        ):
            try:
                subprocess.run(command, check=True, capture_output=True, text=True, timeout=_INSTALL_S)
            except (subprocess.SubprocessError, OSError) as error:
                lines = str(getattr(error, "stderr", "") or error).strip().splitlines()
                raise CannotCompare(f"it cannot be installed: {lines[-1] if lines else error}") from error
        (ENVIRONMENT / ".ready").touch()
    return python


def _compare(python: Path, folder: Path) -> tuple[float, float]:
    """Return calls a second of MLServer and of Fairlead, best of the rounds."""
    fitted = _fitted()
    write_registry(folder / "registry", fitted.tables())
    sample = [rows(1, seed=number)[0] for number in range(N_ROWS)]
    infer = [
        base64.b64decode(line) for line in _messages(python, "encode", [row[fitted.order].tolist() for row in sample])
    ]
    score = [request(number).SerializeToString() for number in range(N_ROWS)]
    with _mlserver(python, folder, fitted) as their_port, serving(folder / "registry") as (our_port, _):
        theirs, ours = asyncio.run(_in_turns((their_port, _INFER, infer), (our_port, _SCORE, score)))
        _check_equal(
            python, asyncio.run(_answers(their_port, _INFER, infer)), asyncio.run(_answers(our_port, _SCORE, score))
        )
    return theirs, ours


def _fitted() -> FittedBoosting:
    """Fit what SCORING calls small: 250 trees of 8 leaves, at most two features in each."""
    table = rows(5_000, seed=9)
    churned = np.random.default_rng(3).random(len(table)) < 1 / (1 + np.exp(-(table[:, :5].sum(axis=1) - 3)))
    return PAIRWISE.fit(table, churned.astype(float), schema().features, seed=0)


@contextlib.contextmanager
def _mlserver(python: Path, folder: Path, fitted: FittedBoosting) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    model = folder / "model"
    model.mkdir()
    (model / "model.pickle").write_bytes(pickle.dumps(fitted.model))
    runtime = {"implementation": "mlserver_sklearn.SKLearnModel", "parameters": {"uri": "./model.pickle"}}
    (model / "model-settings.json").write_text(json.dumps({"name": "churn", **runtime}))
    ports = {"host": "127.0.0.1", "http_port": 0, "metrics_port": 0, "grpc_port": port}
    (model / "settings.json").write_text(json.dumps({**ports, "parallel_workers": 0, "debug": False}))
    with (folder / "mlserver.log").open("w") as log:
        process = subprocess.Popen([str(python.with_name("mlserver")), "start", str(model)], stdout=log, stderr=log)
    try:
        _wait_until_ready(port, process, folder / "mlserver.log")
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        if "Loaded model 'churn'" in log.read_text():
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                grpc.channel_ready_future(channel).result(_START_S)
            return
        time.sleep(0.1)
    raise CannotCompare(f"it does not start: {' '.join(log.read_text().splitlines()[-1:])}")


async def _in_turns(*services: tuple[int, str, Sequence[bytes]]) -> list[float]:
    best = [0.0] * len(services)
    for turn in range(ROUNDS + 1):
        for place, (port, method, requests) in enumerate(services):
            rate = await _rate(port, method, requests)
            best[place] = max(best[place], rate if turn else 0.0)  # the first turn warms up
    return best


async def _rate(port: int, method: str, requests: Sequence[bytes]) -> float:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.unary_unary(method, bytes, bytes)
        end, done = time.perf_counter() + SECONDS, 0

        async def caller() -> None:
            nonlocal done
            while time.perf_counter() < end:
                await call(requests[done % len(requests)])
                done += 1

        await asyncio.gather(*(caller() for _ in range(CONCURRENCY)))
    return done / SECONDS


async def _answers(port: int, method: str, requests: Sequence[bytes]) -> list[bytes]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.unary_unary(method, bytes, bytes)
        return [await call(request) for request in requests]


def _check_equal(python: Path, theirs: Sequence[bytes], ours: Sequence[bytes]) -> None:
    """See that both have answered by the same model."""
    lines = _messages(python, "decode", [base64.b64encode(answer).decode() for answer in theirs])
    expected = np.array([float(line) for line in lines])
    scores: FloatArray = np.array([scoring_pb2.Score.FromString(answer).churn.probability for answer in ours])
    if np.abs(scores - expected).max() > _CLOSE:
        raise RuntimeError(f"the answers differ by up to {np.abs(scores - expected).max():g}")


def _messages(python: Path, job: str, lines: Sequence[object]) -> list[str]:
    """Have MLServer's own classes write requests or read answers."""
    given = "".join(f"{json.dumps(line)}\n" for line in lines)
    done = subprocess.run(
        [str(python), "-P", str(MESSAGES), job], input=given, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


if __name__ == "__main__":
    main()
