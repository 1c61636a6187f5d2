-- Writes what became of what waited for a channel, if nobody wrote of that channel since it was read.
-- KEYS: 1 state of the channel, hash; 2 messages, hash; 3 due, sorted set; 4 channels, set; 5 waiting, 6 ended and
--       7 dead of the channel, sorted sets; 8.. the same `waiting`, or `ended`, of where messages go
-- ARGV: 1 turn that was read; 2 the channel; 3 sent_ms; 4 failures; 5 next_ms; 6 at_most; 7 redrives that were read; 8 outcome
--       and 9 attempt_ms of the last try; 10 when to look again, empty: not at all; 11 how many of those read wait on;
--       12 milliseconds in which others are looked at; 13 how many are kept that ended; then of each message: what to do with it, `keep`, `end`, `die` or `move`; its event; its id; it, as JSON;
--       and of `move` the channel and the place of its key among KEYS, else two empty ones
-- Returns 1; 0, and nothing is written, if somebody wrote.
if (redis.call('HGET', KEYS[1], 'turn') or '0') ~= ARGV[1] then
  return 0
end
local channel, now_ms = ARGV[2], math.floor(clock_us() / 1000)
local failures, next_ms, at_most, look = ARGV[4], ARGV[5], ARGV[6], ARGV[10]
if (redis.call('HGET', KEYS[1], 'redrives') or '0') ~= ARGV[7] then -- while it was being sent: it is tried at once
  failures, next_ms, at_most, look = 0, 0, 0, now_ms
end
redis.call('HSET', KEYS[1], 'turn', ARGV[1] + 1, 'sent_ms', ARGV[3], 'failures', failures, 'next_ms', next_ms,
  'at_most', at_most, 'outcome', ARGV[8], 'attempt_ms', ARGV[9])
for at = 14, #ARGV, 6 do
  local what, event, id, to, key = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 4], KEYS[tonumber(ARGV[at + 5])]
  if what == 'keep' then
    if redis.call('ZSCORE', KEYS[5], id) then
      redis.call('HSET', KEYS[2], id, ARGV[at + 3])
    end
  elseif redis.call('ZREM', KEYS[5], id) == 1 then
    redis.call('HSET', KEYS[2], id, ARGV[at + 3])
    redis.call('ZADD', key or KEYS[6], event, id)
    if what == 'die' then
      redis.call('ZADD', KEYS[7], event, id)
    elseif what == 'move' then
      redis.call('SADD', KEYS[4], to)
      if to ~= '' then
        look_by(KEYS[3], to, now_ms)
      end
    end
  end
end
keep_newest(KEYS[6], KEYS[2], KEYS[7], tonumber(ARGV[13]))
if look == '' then
  redis.call('ZREM', KEYS[3], channel)
else
  redis.call('ZADD', KEYS[3], look, channel)
end
if redis.call('ZCARD', KEYS[5]) > tonumber(ARGV[11]) then
  look_by(KEYS[3], channel, now_ms + tonumber(ARGV[12]))
end
return 1
