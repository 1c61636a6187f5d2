-- Replaces a field of a hash, a record, where it is what it was when it was read.
--
-- What was kept for a record that is new, or deleted, is thrown away in the same step: nothing of one is left to another
-- of the same id.
--
-- KEYS   1 hash: the records of a tenant   2… what is kept for this one
-- ARGV   1 the field   2 its value when it was read; empty: it was not there   3 its new value; empty: it is deleted
--
-- Returns 1, or 0 where it is another by now: then nothing is written.

if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then
  return 0
end
if (ARGV[2] == '' or ARGV[3] == '') and #KEYS > 1 then
  redis.call('UNLINK', unpack(KEYS, 2))
end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return 1
