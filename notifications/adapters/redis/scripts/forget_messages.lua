-- Throws away all that is kept of a channel.
-- KEYS: 1 state of the channel, hash; 2 messages, hash; 3 due, sorted set; 4 channels, set; 5 waiting, 6 ended and
--       7 dead of the channel, sorted sets
-- ARGV: 1 the channel
for at = 5, 6 do
  for _, id in ipairs(redis.call('ZRANGE', KEYS[at], 0, -1)) do
    redis.call('HDEL', KEYS[2], id)
  end
end
redis.call('DEL', KEYS[1], KEYS[5], KEYS[6], KEYS[7])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('SREM', KEYS[4], ARGV[1])
