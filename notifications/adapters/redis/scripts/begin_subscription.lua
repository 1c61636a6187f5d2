-- Begins with a subscription, unless it has begun, or is not there any more.
--
-- KEYS   1 hash: how far it is   2 hash: the subscriptions and channels there are
-- ARGV   1 integer: behind which event it begins   2 integer: its first turn, by chance: whoever still acts for one of the
--        same id that was deleted has read another   3 its field among those that there are

if redis.call('EXISTS', KEYS[1]) == 0 and redis.call('HEXISTS', KEYS[2], ARGV[3]) == 1 then
  redis.call('HSET', KEYS[1], 'event', ARGV[1], 'turn', ARGV[2], 'parked', 0)
end
return 1
