"""``fairlead serve`` scores: without a model, with one promoted meanwhile, with profiles; and what it imports not."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from failures import Failure
from fairlead.client import FairleadClient, FairleadError
from fairlead.retries import Retries
from fairlead.v1 import models_pb2, models_pb2_grpc
from router.adapters.durable_rules import selection as engines
from serving.settings import Settings
from serving.wiring import Service
from tests.patience import FOREVER_S
from tests.scoring_models import CUSTOMER, write_model
from tests.served import Served

PROFILES = """
version: 1
profiles:
  - name: default
    dimensions:
      - name: usage
        weight: 1
        wording_en: usage
        wording_zh: 使用
        signals: [{feature: logins_30d, bad: 0, warn: 10, good: 20}]
"""


def client_of(address: str) -> FairleadClient:
    return FairleadClient(address, timeout_s=FOREVER_S, retries=Retries(patience_s=0.0))


def eventually(call: Callable[[], Any]) -> Any:
    while True:
        try:
            return call()
        except FairleadError:
            time.sleep(0.05)


@pytest.mark.long
def test_a_model_promoted_while_it_serves_scores_with_health_beside_it(data_folder: Path, tmp_path: Path) -> None:
    profiles = tmp_path / "profiles.yaml"
    profiles.write_text(PROFILES)
    process = Served(data_folder, {"FAIRLEAD_HEALTH_PROFILES": str(profiles)})

    with client_of(process.ready()) as client:
        with pytest.raises(FairleadError) as failure:
            client.score("c1", CUSTOMER)
        write_model(data_folder / "models", "v1")
        client.promote_model(next(client.list_models("churn")).name, "test")
        score = eventually(lambda: client.score("c1", CUSTOMER))
    code = process.terminate()

    assert failure.value.code is grpc.StatusCode.FAILED_PRECONDITION
    assert "fairlead train" in failure.value.message
    assert score.model_version == "models/churn/versions/v1"
    assert score.HasField("health")
    assert code == 0


@pytest.mark.long
def test_health_and_training_are_as_the_settings_say(data_folder: Path) -> None:
    process = Served(data_folder)
    with grpc.insecure_channel(process.ready()) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        answers = [
            check(health_pb2.HealthCheckRequest(service=f"fairlead.v1.{name}")).status
            for name in ("ScoringService", "ModelService", "RoutingService")
        ]
        with pytest.raises(grpc.RpcError) as refused:
            models_pb2_grpc.ModelServiceStub(channel).TrainModel(
                models_pb2.TrainModelRequest(parent="models/churn", data_path="a.csv", target="left")
            )
    process.close()

    assert answers == [health_pb2.HealthCheckResponse.SERVING] * 3
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION


@pytest.mark.long
def test_a_server_with_a_folder_of_data_trains_and_ends_it_when_it_drains(data_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x,left\n" + "".join(f"{i},{i % 7},{i % 2}\n" for i in range(2_000)))
    process = Served(data_folder, {"FAIRLEAD_TRAINING_DATA": str(tmp_path)})
    with grpc.insecure_channel(process.ready()) as channel:
        begun = models_pb2_grpc.ModelServiceStub(channel).TrainModel(
            models_pb2.TrainModelRequest(parent="models/churn", data_path="a.csv", target="left", id_column="id")
        )

        code = process.terminate()

    assert not begun.done
    assert code == 0
    assert not list(data_folder.glob("models/churn/[!.]*"))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("FAIRLEAD_HEALTH_PROFILES", "nowhere.yaml"),
        ("FAIRLEAD_TRAINING_DATA", "nowhere"),
        ("FAIRLEAD_MODELS", "nosuchscheme://models"),
    ],
)
def test_a_setting_that_names_nothing_is_refused_by_name(setting: str, value: str, tmp_path: Path) -> None:
    with pytest.raises((ValueError, Failure), match=value):
        Service(Settings.read({setting: value}, listen="127.0.0.1:0", data=tmp_path), "redis://127.0.0.1:1")


def test_the_models_are_in_the_data_folder_unless_another_is_named(tmp_path: Path) -> None:
    usual = Settings.read({}, listen="127.0.0.1:0", data=tmp_path)
    other = Settings.read({"FAIRLEAD_MODELS": "s3://b/m"}, listen="127.0.0.1:0", data=tmp_path)

    assert (usual.models, other.models) == (str(tmp_path / "models"), "s3://b/m")
    assert usual.rule_engine == engines.choice_from({})
