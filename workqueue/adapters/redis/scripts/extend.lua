-- Lets leases last longer.
--
-- now_us the store's clock, in µs: see store/clock.py
-- KEYS   1 leased sorted set, 2 leases hash: see keys.py
-- ARGV   1 the length from now in µs; then two for each lease: id, token
-- Returns for each lease 1, or 0 if it is over

local until_us = string.format('%.0f', now_us + tonumber(ARGV[1]))
local answers = {}
for i = 2, #ARGV, 2 do
  local id, expires = ARGV[i], redis.call('ZSCORE', KEYS[1], ARGV[i])
  local holds = expires and tonumber(expires) > now_us
    and string.match(redis.call('HGET', KEYS[2], id), '^(%d+) ') == ARGV[i + 1]
  if holds then redis.call('ZADD', KEYS[1], until_us, id) end
  answers[i / 2] = holds and 1 or 0
end
return answers
