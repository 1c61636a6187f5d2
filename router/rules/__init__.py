"""What a rule leads to in the router: a route. The language of its conditions stands in ``rules``, at the top.

``route`` (values) → ``forms``, ``compiler``, ``check`` (from source to rule set, or what is wrong with it) →
``facts``, ``requirements`` (what a work item and a rep are to them) → ``scenarios``, ``fixtures`` (rule tests) →
``codec`` → ``trial``, ``publishing`` (the use cases) → ``ports``. ``schema`` writes ``ruleset.schema.json`` for
editors.
"""
