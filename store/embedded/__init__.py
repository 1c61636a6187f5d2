"""A private server for those who have none: ``server`` starts it, ``keeper`` keeps it running, ``orphans`` finds what a
killed service left behind.
"""
