-- Has what is parked be tried at an instant, whatever it waits for; a turn under way keeps to it.
--
-- KEYS   1 sorted set: work items by when they are tried again   2 hash: how far it is, its turn
-- ARGV   1 instant, in milliseconds since 1970   2 a work item; empty: all
--
-- Returns 1, or 0 where there is nothing of that work item.

local items = {ARGV[2]}
if ARGV[2] == '' then
  items = redis.call('ZRANGE', KEYS[1], 0, -1)
elseif not redis.call('ZSCORE', KEYS[1], ARGV[2]) then
  items = {}
end
if #items == 0 then return 0 end
for _, item in ipairs(items) do
  redis.call('ZADD', KEYS[1], ARGV[1], item)
end
redis.call('HINCRBY', KEYS[2], 'turn', 1)
return 1
