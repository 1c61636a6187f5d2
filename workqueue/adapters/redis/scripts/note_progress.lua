-- Writes down how far a leased job is.
--
-- now_us the store's clock, in µs: see store/clock.py
-- KEYS   1 leased sorted set, 2 leases hash, 3 notes hash: see keys.py
-- ARGV   1 id, 2 the lease's token, 3 the note
-- Returns 1, or 0 if the lease is over

local expires = redis.call('ZSCORE', KEYS[1], ARGV[1])
local holds = expires and tonumber(expires) > now_us
  and string.match(redis.call('HGET', KEYS[2], ARGV[1]), '^(%d+) ') == ARGV[2]
if not holds then return 0 end
redis.call('HSET', KEYS[3], ARGV[1], ARGV[3])
return 1
