"""Decisions in words, in each language: for the service, which answers with them, and for the commands' headings.

`languages` reads which one is asked for, `phrases` holds every text, `figures` says what a choice turned on, and
`decisions` composes: from the message alone, once it is masked, so that no sentence tells what its reader may not see.
"""
