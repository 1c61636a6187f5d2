"""Reps, pools and territories. ``edits`` decides what a change leads to; ``service`` carries it out; ``ports``."""
