-- Writes what a turn of a subscription came to, where nobody wrote of it since its place was read.
--
-- KEYS   1 hash: how far it is: event, turn, parked
--        2 hash: work item → what is parked of it      3 sorted set: the same work items, by when they are tried again
--        4 sorted set: the same, by when the first of what is parked happened
--        5 sorted set: what was given up, by event     6 set: work items with a gap      7 stream: what was delivered
-- ARGV   1 integer: the turn that was read
--        2 msgpack: behind which event it goes on, how many changes are parked; then lists: of chains {work item, what is
--          parked, when it is tried, when its first happened}, of work items without a chain, of what was delivered, of
--          what was given up {event, what}, of events given up no more, of work items with a gap, and without one any more
--        3, 4 integers: how many are kept of what was delivered, and of what was given up
--
-- Instants are in milliseconds since 1970. Returns 1, or 0 where somebody else wrote: then nothing is written.

if redis.call('HGET', KEYS[1], 'turn') ~= ARGV[1] then return 0 end
local event, parked, chains, gone, delivered, dead, revived, gaps, whole = unpack(cmsgpack.unpack(ARGV[2]))

redis.call('HSET', KEYS[1], 'event', event, 'parked', parked)
redis.call('HINCRBY', KEYS[1], 'turn', 1)
for _, chain in ipairs(chains) do
  redis.call('HSET', KEYS[2], chain[1], chain[2])
  redis.call('ZADD', KEYS[3], chain[3], chain[1])
  redis.call('ZADD', KEYS[4], chain[4], chain[1])
end
for _, item in ipairs(gone) do
  redis.call('HDEL', KEYS[2], item)
  redis.call('ZREM', KEYS[3], item)
  redis.call('ZREM', KEYS[4], item)
end
for _, change in ipairs(delivered) do
  redis.call('XADD', KEYS[7], 'MAXLEN', '~', ARGV[3], '*', 'd', change)
end
for _, number in ipairs(revived) do
  redis.call('ZREMRANGEBYSCORE', KEYS[5], number, number)
end
for _, change in ipairs(dead) do
  redis.call('ZADD', KEYS[5], change[1], change[2])
end
if #dead > 0 then redis.call('ZREMRANGEBYRANK', KEYS[5], 0, -1 - ARGV[4]) end
for _, item in ipairs(gaps) do redis.call('SADD', KEYS[6], item) end
for _, item in ipairs(whole) do redis.call('SREM', KEYS[6], item) end
return 1
