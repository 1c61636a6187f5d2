-- Removes jobs of one state for good; behind change.lua.
--
-- KEYS   1 jobs hash, 2 the state's sorted set, 3 leases hash, 4 faults hash, 5 counts hash, 6 notes hash, 7 the request:
--        see keys.py
-- ARGV   1 at most so many, 2 fingerprint of the request, 3 seconds to remember it, 4 1, then the ids (absent: the
--        first in the state's order)
-- Returns {how many the request has purged so far, 1 when it is done} or {'REQUEST_ID_REUSED'}

local total, done, reused = begun(KEYS[7], ARGV[2])
if reused then return {'REQUEST_ID_REUSED'} end
if done then return {total, 1} end
local most = tonumber(ARGV[1])
local named = ARGV[4] ~= nil
local ids = {unpack(ARGV, 5)}
if not named and most > 0 then ids = redis.call('ZRANGE', KEYS[2], 0, most - 1) end
local purged, bytes = 0, 0
for _, id in ipairs(ids) do
  if redis.call('ZREM', KEYS[2], id) == 1 then
    bytes = bytes + #cmsgpack.unpack(redis.call('HGET', KEYS[1], id))[1]
    redis.call('HDEL', KEYS[1], id)
    redis.call('HDEL', KEYS[3], id)
    redis.call('HDEL', KEYS[4], id)
    redis.call('HDEL', KEYS[6], id)
    purged = purged + 1
  end
end
if purged > 0 then
  redis.call('HINCRBY', KEYS[5], 'purged', purged)
  redis.call('HINCRBY', KEYS[5], 'bytes', string.format('%.0f', 0 - bytes))
end
return note(KEYS[7], ARGV[2], total + purged, (named or purged < most) and 1 or 0, ARGV[3])
