-- Makes dead jobs ready again, at their old place in line and as if never lent; behind change.lua.
--
-- KEYS   1 jobs hash, 2 ready, 3 delayed, 4 leased, 5 dead sorted sets, 6 leases hash, 7 faults hash, 8 counts hash,
--        9 kept sorted set, 10 notes hash, 11 the request: see keys.py
-- ARGV   1 at most so many, 2 fingerprint of the request, 3 seconds to remember it, 4 1, then the ids (absent: the
--        first to die)
-- Returns {how many the request has redriven so far, 1 when it is done} or {'REQUEST_ID_REUSED'}

local POINT_US = 1000000 -- workqueue/order.py
local total, done, reused = begun(KEYS[11], ARGV[2])
if reused then return {'REQUEST_ID_REUSED'} end
if done then return {total, 1} end
local most = tonumber(ARGV[1])
local named = ARGV[4] ~= nil
local ids = {unpack(ARGV, 5)}
if not named and most > 0 then ids = redis.call('ZRANGE', KEYS[5], 0, most - 1) end
local redriven = 0
for _, id in ipairs(ids) do
  if redis.call('ZREM', KEYS[5], id) == 1 then
    local record = cmsgpack.unpack(redis.call('HGET', KEYS[1], id))
    redis.call('ZADD', KEYS[2], string.format('%.0f', record[4] - record[2] * POINT_US), id)
    redis.call('HDEL', KEYS[6], id)
    redis.call('HDEL', KEYS[7], id)
    redriven = redriven + 1
  end
end
if redriven > 0 then redis.call('HINCRBY', KEYS[8], 'redriven', redriven) end
return note(KEYS[11], ARGV[2], total + redriven, (named or redriven < most) and 1 or 0, ARGV[3])
