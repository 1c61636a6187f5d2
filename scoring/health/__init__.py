"""How a customer is doing: signals to dimensions to one integer, with a colour, a trend, and parts that add up to it.

`profile` says what counts and how much, `scoring` adds it up, `bands` turns it into a colour that does not flicker,
`lifecycle` and `tiers` place the customer beside it. All of it is pure.
"""
