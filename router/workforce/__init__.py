"""Reps, pools and territories. ``edits`` and ``joint_edit`` decide what a change leads to, ``differences`` names what
changed; ``service`` carries it out; ``ports``.
"""
