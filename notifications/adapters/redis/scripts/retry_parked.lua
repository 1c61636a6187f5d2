-- Has what is parked be tried at an instant, whatever it waits for.
--
-- KEYS   1 sorted set: work items by when they are tried again
-- ARGV   1 instant, in milliseconds since 1970   2 a work item; empty: all
--
-- Returns 1, or 0 where there is nothing of that work item.

if ARGV[2] ~= '' then
  if not redis.call('ZSCORE', KEYS[1], ARGV[2]) then return 0 end
  redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
  return 1
end
for _, item in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  redis.call('ZADD', KEYS[1], ARGV[1], item)
end
return 1
