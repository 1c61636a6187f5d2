-- Finds the channels to look at by now.
-- KEYS: 1 due, sorted set
-- Returns the time in milliseconds, and their ids.
local now_ms = math.floor(clock_us() / 1000)
return {now_ms, redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now_ms)}
