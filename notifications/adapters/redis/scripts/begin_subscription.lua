-- Begins with a subscription, unless it has begun.
--
-- KEYS   1 hash: how far it is
-- ARGV   1 integer: behind which event it begins   2 integer: its first turn, by chance: whoever still acts for one of the
--        same id that was deleted has read another

if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'event', ARGV[1], 'turn', ARGV[2], 'parked', 0)
end
return 1
