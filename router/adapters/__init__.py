"""What matches the router's ports, from outside.

``redis`` is the store, ``queue`` what stands in front of it, ``durable_rules`` an engine for rules, ``rule_sandbox``
where a rule set is tried before it is published.
"""
