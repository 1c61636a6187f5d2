-- Has what is dead or waits for a channel be tried at once; what ended without a channel, as if it waited for one. That
-- the channel failed is forgotten.
-- KEYS: 1 state of the channel, hash; 2 messages, hash; 3 due, sorted set; 4 waiting, 5 ended, 6 dead, sorted sets
-- ARGV: 1 the channel, empty: there was none; then of each dead message: its event; its id; it, as JSON
-- Returns how many were dead.
local count = 0
for at = 2, #ARGV, 3 do
  local event, id = ARGV[at], ARGV[at + 1]
  redis.call('ZREM', KEYS[6], id)
  if redis.call('ZREM', KEYS[5], id) == 1 then
    redis.call('ZADD', KEYS[4], event, id)
    redis.call('HSET', KEYS[2], id, ARGV[at + 2])
    count = count + 1
  end
end
local waits = redis.call('ZCARD', KEYS[4]) > 0
if waits or redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'failures', 0, 'next_ms', 0, 'at_most', 0)
  redis.call('HINCRBY', KEYS[1], 'redrives', 1) -- whoever is sending does not write over it
end
if waits then
  look_by(KEYS[3], ARGV[1], math.floor(clock_us() / 1000))
end
return count
