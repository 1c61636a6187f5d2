-- Keeps leads that could not be mapped, and counts those that are not kept already.
--
-- KEYS   1 hash: the leads by id   2 sorted set: their ids by when they came   3 hash: what was counted of the source
-- ARGV   for each lead: its id, when it came in microseconds, the lead
--
-- Returns how many are new.

local added = 0
for i = 1, #ARGV, 3 do
  if redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 2]) == 1 then
    redis.call('ZADD', KEYS[2], ARGV[i + 1], ARGV[i])
    added = added + 1
  end
end
if added > 0 then redis.call('HINCRBY', KEYS[3], 'failed', added) end
return added
