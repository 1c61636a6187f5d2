"""``python -m tests.golden.write_spellings FOLDER [personal]``: a store with ids as people spell them.

Run on a commit before spellings of one source and external id were one: there each made a work item of its own. With
``personal`` external ids are sealed, which fb041ba cannot do yet. See the package for how to run it there.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.golden import keys
from tests.golden.running import serving
from tests.golden.tenants import Tenant

TENANT = "spelt"
RULES = """
fields: {region: {type: string}}
rules: [{id: waits, when: {field: region, op: eq, value: nowhere}, route: {pool: empty, fallback: [wait]}}]
default: {route: {pool: everyone}}
"""
SPELT = (
    ("CRM", "L-1"),
    (" crm ", "L-2 "),
    ("crm", "l-3"),
    ("ＣＲＭ", "Ｌ-4"),
    ("官网\u3000表单", "张 三"),
    ("Sf", "0015000000Gv7qJ"),
    ("sf", "0015000000gv7qJ"),
)
"""Sources and external ids that nobody else has, whatever the spelling; two records that case alone tells apart."""
TWICE = ((("CRM", "T-1"), ("crm", "t-1")), (("crm", "t-2"), ("crm", " T-2")), (("crm", "T-3"), ("Crm", "T-3")))
"""Pairs that are one by now, but for their first and second work item there."""


def main(out: Path, *, is_personal: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="fl-") as folder:
        data = Path(folder) / "data"
        environ = {"FAIRLEAD_PERSONAL_FIELDS": "external_id"} if is_personal else {}
        with serving(data, **environ) as running:
            tenant = Tenant(running.channel, TENANT)
            tenant.publish(RULES)
            tenant.hire({"id": "ann"}, {"id": "bo"})
            tenant.pool("everyone", {"ann": 1, "bo": 1})
            tenant.pool("empty", {})
            spelt = [*SPELT, *(one for pair in TWICE for one in pair)]
            made = [tenant.route(external_id, source=source, region="here") for source, external_id in spelt]
            tenant.route("W-1", source="Web", region="nowhere")
            tenant.complete(made[0], "CONVERTED")
            tenant.reassign(made[1], note="客户要求")
            stored = keys.read(f"unix://{data / 'valkey.sock'}")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    keys.write(stored, out / "store.jsonl")
    lines = [
        json.dumps({"source": source, "external_id": external_id, "name": decision["work_item"]}, ensure_ascii=False)
        for (source, external_id), decision in zip(spelt, made, strict=True)
    ]
    (out / "items.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), is_personal="personal" in sys.argv[2:])
