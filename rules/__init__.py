"""The rule language: conditions on typed fields, and what follows where they hold. It knows of nothing that is ours.

What follows from a rule is the user's own: in the router a route. Read on in this order:

* ``fields``, ``conditions``, ``ruleset``, ``revisions``: the values;
* ``document``, ``scalars``: YAML or JSON text → a tree that knows where each value stood;
* ``forms``, ``shape``: the tree → forms as people write them;
* ``compiler``, ``field_values``, ``lists``, ``report``, ``problems``: forms → fields, conditions and rules, or what is
  wrong and where;
* ``durations``, ``duration_tables``: how long something may take;
* ``scales``, ``cells``, ``coverage``, ``dead_rules``: what of it can never decide;
* ``projection``, ``values``, ``normal_form``: raw attributes → the fact that is matched;
* ``classes``: the facts that are one to all rules;
* ``ports``, ``index``, ``closures``, ``reference``, ``samples``: the engines;
* ``codec``: how conditions are stored;
* ``limits``: how large all of it may be.
"""
