"""Reps, pools and territories, and when people work. ``open_hours`` makes instants of a calendar; ``edits`` and
``joint_edit`` decide what a change leads to, ``differences`` names what changed; ``service`` carries it out; ``ports``.
"""
