"""What commit fb041ba wrote and answered, kept so that every later tree can be held to it.

    fb041ba/store.jsonl     every key of its store                          keys.restore puts them into a fresh one
    fb041ba/answers.jsonl   what its service answered on these keys         calls.ask asks again
    fb041ba/commands.jsonl  what its commands printed about them
    fb041ba/models/         its registry of models: everybody's, and a tenant's own
    fb041ba/contract.json   its wire fields, reasons, metrics, settings and commands

Nothing of it is written by hand. To write it again, from a clone::

    git worktree add ../fb041ba fb041ba && cp -r tests/golden ../fb041ba/tests/ && cd ../fb041ba && make setup
    .venv/bin/python -m tests.golden.write_fb041ba ../golden
    .venv/bin/python -m tests.golden.contract ../golden/contract.json

spellings_fb041ba and spellings_329b6ac hold a store.jsonl and, by source and external id, the names of its work items.
Each is written likewise on its commit::

    .venv/bin/python -m tests.golden.write_spellings ../spellings_fb041ba
    .venv/bin/python -m tests.golden.write_spellings ../spellings_329b6ac personal

format_3_a211184 holds the last store of before anybody could be away: store.jsonl, answers.jsonl, what its service
answered on these keys, and contract.json::

    .venv/bin/python -m tests.golden.write_format_3 ../format_3_a211184
    .venv/bin/python -m tests.golden.contract ../format_3_a211184/contract.json

format_4_7d2edfd holds the last store of before there were activities, with presence, credits, timers and caps::

    .venv/bin/python -m tests.golden.write_format_4 ../format_4_7d2edfd
    .venv/bin/python -m tests.golden.contract ../format_4_7d2edfd/contract.json

format_5_0fe08943 holds the last store of before there were processes, with activities, updates, offers, imports and
substitutes::

    .venv/bin/python -m tests.golden.write_format_5 ../format_5_0fe08943
    .venv/bin/python -m tests.golden.contract ../format_5_0fe08943/contract.json

format_6_3e590064 holds the last store of before anybody had a channel, with processes and all that falls due in them::

    .venv/bin/python -m tests.golden.write_format_6 ../format_6_3e590064
    .venv/bin/python -m tests.golden.contract ../format_6_3e590064/contract.json

tables_66829cd holds the last model written before there were triples, with pairs, and answers.jsonl, what it says of
rows to the bit::

    .venv/bin/python -m tests.golden.write_tables ../tables_66829cd

scores_8d6342a holds what ScoreCustomer answered, to the byte, before its texts were made from templates::

    .venv/bin/python -m tests.golden.write_scores ../scores_8d6342a

What travels there imports the generated contract and no other module of ours but ``service``, whose name is fixed; the
last two the tables and the servicer themselves.
"""

from pathlib import Path

FB041BA = Path(__file__).parent / "fb041ba"
SPELLINGS_FB041BA = Path(__file__).parent / "spellings_fb041ba"
SPELLINGS_329B6AC = Path(__file__).parent / "spellings_329b6ac"
"""Stores of formats 1 and 2 with work items as people spell them; the second one's external ids are sealed."""
FORMAT_3_A211184 = Path(__file__).parent / "format_3_a211184"
FORMAT_4_7D2EDFD = Path(__file__).parent / "format_4_7d2edfd"
FORMAT_5_0FE08943 = Path(__file__).parent / "format_5_0fe08943"
FORMAT_6_3E590064 = Path(__file__).parent / "format_6_3e590064"
TABLES_66829CD = Path(__file__).parent / "tables_66829cd"
SCORES_8D6342A = Path(__file__).parent / "scores_8d6342a"
