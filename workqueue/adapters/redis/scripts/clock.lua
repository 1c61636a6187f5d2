-- The store's clock, in front of every other script: ``now_us``, in µs. Tests put one here that they move by hand.

local clock = redis.call('TIME')
local now_us = clock[1] * 1000000 + clock[2]

