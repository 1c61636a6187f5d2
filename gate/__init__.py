"""The door: every call comes in here, whichever package answers it.

identity → role and tenant → rate limit → handler → masking → observers

``door`` puts servicers on a server and wraps each method once, ``calls`` is a call on its way, ``statuses`` turns
errors into ``google.rpc.Status`` by the table that the answering package supplies. Imports nothing of ours; the
``rpc`` rooms and ``service`` import it.
"""
