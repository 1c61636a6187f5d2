-- Has an event told once: what is for each of those concerned waits for a channel, or is kept as unreachable.
-- KEYS: 1 told, string: the last event that was; 2 messages, hash; 3 due, sorted set; 4 channels, set;
--       5.. of each message the sorted set where it is: what waits for its channel, or what ended without one
-- ARGV: 1 number of the event; 2 milliseconds that the first waits for others; 3 how many are kept that ended;
--       then of each message: its channel, empty: there is none; its id; it, as JSON
-- Returns 1; 0, and nothing is written, if this or a later event was told.
local event = tonumber(ARGV[1])
if event <= tonumber(redis.call('GET', KEYS[1]) or '0') then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1])
local look_ms = math.floor(clock_us() / 1000) + tonumber(ARGV[2])
local ended
for at = 5, #KEYS do
  local first = 4 + 3 * (at - 5)
  local channel, id = ARGV[first], ARGV[first + 1]
  redis.call('HSET', KEYS[2], id, ARGV[first + 2])
  redis.call('ZADD', KEYS[at], event, id)
  redis.call('SADD', KEYS[4], channel)
  if channel ~= '' then
    look_by(KEYS[3], channel, look_ms)
  else
    ended = KEYS[at]
  end
end
if ended then
  keep_newest(ended, KEYS[2], nil, tonumber(ARGV[3]))
end
return 1
