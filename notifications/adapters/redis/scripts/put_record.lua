-- Replaces a record, a field of a hash, where it is what it was when it was read.
--
-- KEYS   1 hash: the records of a tenant
-- ARGV   1 the field   2 its value when it was read; empty: it was not there   3 its new value; empty: it is deleted
--
-- Returns 1, or 0 where it is another by now: then nothing is written.

if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then
  return 0
end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return 1
