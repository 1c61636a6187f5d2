-- The one clock: the store's own, in microseconds. Every timer, cap, lease and calendar reads it, and no server's.

local function clock_us()
  local clock = redis.call('TIME')
  return clock[1] * 1000000 + clock[2]
end

