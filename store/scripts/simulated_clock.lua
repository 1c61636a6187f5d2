-- The clock of a private store whose time is simulated: it stood at `at_us` when the store's own was `since_us`, and runs
-- `rate` times as fast since, up to LAST_US. See store/clock.py.

local LAST_US = 253370764800000000

local function clock_us()
  local clock, simulated = redis.call('TIME'), redis.call('HMGET', 'fairlead:clock', 'at_us', 'since_us', 'rate')
  local now_us = clock[1] * 1000000 + clock[2]
  if not simulated[1] then return now_us end
  return math.min(LAST_US, math.floor(simulated[1] + (now_us - simulated[2]) * simulated[3]))
end

