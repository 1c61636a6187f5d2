"""What docs/deliveries.md shows receivers to verify a signature with says yes to ours, and to nothing else."""

from __future__ import annotations

import base64
import hmac
import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from notifications.secrets import new_signing_secret, signing_key
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "deliveries.md").read_text("utf-8")
BODY = '{"id": "7", "workItem": "tenants/t/workItems/工单"}'.encode()
SECRET, OTHER = "whsec_" + "c2VjcmV0" * 4, "whsec_" + "b3RoZXIt" * 4


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def headers(*secrets: str, age_s: float = 0, body: bytes = BODY) -> dict[str, str]:
    """Return what a request is signed with: the specification's form, written out."""
    sent_at = str(int(time.time() - age_s))
    content = f"t-7-crm.{sent_at}.".encode() + body
    signed = (base64.b64encode(hmac.digest(signing_key(each), content, "sha256")).decode() for each in secrets)
    signatures = " ".join(f"v1,{each}" for each in signed)
    return {"webhook-id": "t-7-crm", "webhook-timestamp": sent_at, "webhook-signature": signatures}


def cases() -> Mapping[str, tuple[dict[str, str], bytes, bool]]:
    """Return requests of now, by what they are, each with its body, and whether it is ours."""
    return {
        "ours": (headers(SECRET), BODY, True),
        "the newer of two secrets": (headers(OTHER, SECRET), BODY, True),
        "the older of two secrets": (headers(SECRET, OTHER), BODY, True),
        "another's": (headers(OTHER), BODY, False),
        "an altered body": (headers(SECRET), BODY + b" ", False),
        "an old one": (headers(SECRET, age_s=3_600), BODY, False),
        "one of tomorrow": (headers(SECRET, age_s=-3_600), BODY, False),
        "another id": ({**headers(SECRET), "webhook-id": "t-8-crm"}, BODY, False),
        "another time": ({**headers(SECRET), "webhook-timestamp": str(int(time.time()) - 9)}, BODY, False),
        "no signature": ({**headers(SECRET), "webhook-signature": ""}, BODY, False),
        "part of a signature": ({**headers(SECRET), "webhook-signature": "v1,"}, BODY, False),
    }


@pytest.mark.parametrize("case", cases())
def test_the_lines_of_python_say_which_are_ours(case: str) -> None:
    shown: dict[str, Any] = {}
    exec(compile(block("python"), "verify.py", "exec"), shown)  # what a reader copies
    is_genuine: Callable[[dict[str, str], bytes, str, int], bool] = shown["is_genuine"]
    sent, body, ours = cases()[case]

    assert is_genuine(sent, body, SECRET, 900) is ours


def test_a_secret_that_was_made_is_one_that_they_take() -> None:
    shown: dict[str, Any] = {}
    exec(compile(block("python"), "verify.py", "exec"), shown)
    secret = new_signing_secret()

    assert shown["is_genuine"](headers(secret), BODY, secret)


@pytest.mark.long  # starts a process
def test_the_lines_for_node_say_the_same(tmp_path: Path) -> None:
    node = shutil.which("node")
    if not node:
        pytest.skip("no Node on the PATH")
    (tmp_path / "verify.mjs").write_text(block("js"), "utf-8")
    now = cases().values()
    asked = [[sent, base64.b64encode(body).decode()] for sent, body, _ in now]
    (tmp_path / "all.mjs").write_text(
        'import { isGenuine } from "./verify.mjs";\n'
        f"const asked = {json.dumps(asked)};\n"
        f'const said = asked.map(([sent, body]) => isGenuine(sent, Buffer.from(body, "base64"), "{SECRET}", 900));\n'
        "console.log(JSON.stringify(said));\n"
    )

    done = subprocess.run([node, "all.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == [ours for *_, ours in now]
