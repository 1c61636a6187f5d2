"""The gRPC side of training: TrainModel's operations, each a process of its own.

``child`` is that process, ``operations`` starts, follows and ends it, and answers google.longrunning.Operations.
"""

from __future__ import annotations

from pathlib import Path

from google.longrunning import operations_pb2

from fairlead.v1 import models_pb2
from gate.door import Door
from scoring.registry import Registries
from scoring.rpc.models import describe
from scoring.rpc.status import STATUSES
from training.rpc.operations import OperationsServicer, Trainings

SERVICES = ("google.longrunning.Operations",)
"""Names for reflection."""


def trainings(data: str, models: str, registries: Registries) -> Trainings | None:
    """Make what carries out TrainModel, None if no folder of data is named.

    Parameters
    ----------
    data
        Folder that training data is read from, FAIRLEAD_TRAINING_DATA; empty: none.
    models
        Folder that versions are written to, FAIRLEAD_MODELS.
    registries
        Those within, to describe versions by.

    Raises
    ------
    ValueError
        If either is no folder.
    """
    if not data:
        return None
    if not Path(data).is_dir():
        raise ValueError(f"FAIRLEAD_TRAINING_DATA is {data!r}; allowed is a folder")
    if "://" in models:
        raise ValueError(f"FAIRLEAD_MODELS is {models!r}; allowed beside FAIRLEAD_TRAINING_DATA is a folder")

    def described(tenant: str, model: str, version: str) -> models_pb2.Model:
        return describe(registries(tenant), model, version)

    return Trainings(Path(data), Path(models), described)


def add_to(door: Door, trainings: Trainings) -> None:
    """Serve google.longrunning.Operations; `Trainings` itself goes to ``scoring.rpc.add_to`` as its trainer."""
    door.serve(OperationsServicer(trainings), operations_pb2.DESCRIPTOR.services_by_name["Operations"], STATUSES)
