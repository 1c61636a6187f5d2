"""Leads as others send them: from which sources, what their fields become, and what cannot be mapped.

source    a source as it is declared                                       values
mapping   the fields of a lead → attributes, or why it is junk, or why not  pure
ports     where sources are kept, and what could not be mapped
service   declare, show, change and delete sources
taking    leads in: token, junk, mapping, queue; what could not be mapped, again
"""
