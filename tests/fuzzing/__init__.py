"""Fuzzing: inputs that nobody would send, millions of them, to every place where something of a stranger is read.

    calls, world        whole requests on a whole service in this process, spoilt as bytes and as messages
    parsers, keepers    everything else that is read: rules, tokens, tables, models, the log
    inputs              calls as inputs; drawing and spoiling make messages by the contract, and bytes by chance
    guided, plain       who makes them: atheris, by the code that they reach; or chance alone
    account             what is kept account of, and what must hold of every input
    runs, child         each target in a process of its own, watched from outside

Every input must end soon, as it may end: with an answer or a status, or a refusal that the parser declares. Nothing
else may be raised, nothing be logged that is an error, shows a token or breaks a line; memory stays flat; and what is
stored must verify. ``tests/integration/test_fuzz.py`` does likewise over the network, on a real store.
"""
