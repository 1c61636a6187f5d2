-- Ends a channel that is not there any more: what became of its messages is kept among those without a channel, what waits
-- for it is looked at at once, and moves then; all else goes, once nothing waits.
-- KEYS: 1 state of the channel, hash; 2 messages, hash; 3 due, sorted set; 4 channels, set; 5 waiting, 6 ended and
--       7 dead of the channel, sorted sets; 8 what ended without a channel, sorted set
-- ARGV: 1 the channel; 2 how many are kept that ended
if redis.call('ZCARD', KEYS[6]) > 0 then
  redis.call('ZUNIONSTORE', KEYS[8], 2, KEYS[8], KEYS[6], 'AGGREGATE', 'MAX')
  redis.call('SADD', KEYS[4], '')
  keep_newest(KEYS[8], KEYS[2], nil, tonumber(ARGV[2]))
end
redis.call('DEL', KEYS[6], KEYS[7])
if redis.call('ZCARD', KEYS[5]) > 0 then
  look_by(KEYS[3], ARGV[1], math.floor(clock_us() / 1000))
else
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
  redis.call('SREM', KEYS[4], ARGV[1])
end
