-- Removes jobs of one state for good.
--
-- KEYS   1 jobs hash, 2 the state's sorted set, 3 leases hash, 4 faults hash, 5 counts hash: see keys.py
-- ARGV   1 at most so many, 2 … ids (none: the first in the state's order)
-- Returns how many

local ids = {unpack(ARGV, 2)}
if #ids == 0 then ids = redis.call('ZRANGE', KEYS[2], 0, tonumber(ARGV[1]) - 1) end
local purged, bytes = 0, 0
for _, id in ipairs(ids) do
  if redis.call('ZREM', KEYS[2], id) == 1 then
    bytes = bytes + #cmsgpack.unpack(redis.call('HGET', KEYS[1], id))[1]
    redis.call('HDEL', KEYS[1], id)
    redis.call('HDEL', KEYS[3], id)
    redis.call('HDEL', KEYS[4], id)
    purged = purged + 1
  end
end
if purged > 0 then
  redis.call('HINCRBY', KEYS[5], 'purged', purged)
  redis.call('HINCRBY', KEYS[5], 'bytes', string.format('%.0f', 0 - bytes))
end
return purged
