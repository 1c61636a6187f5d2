-- Says that a page of an operation is being done, and by whom: whoever was at it before is not any more.
--
-- KEYS   1 hash of the operation, see router/adapters/redis/pages.py
-- ARGV   1 the page's number, 2 who does it, 3 for how long it counts as being done, in ms
-- Returns the page as it is kept; nil: it was done, or the operation is forgotten.

if redis.call('HEXISTS', KEYS[1], 'pages') == 0 then return false end
local until_ms = math.floor(clock_us() / 1000) + tonumber(ARGV[3])
redis.call('HSET', KEYS[1], 'at:' .. ARGV[1], ARGV[2], 'until:' .. ARGV[1], string.format('%.0f', until_ms))
return redis.call('HGET', KEYS[1], ARGV[1])
