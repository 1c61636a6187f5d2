-- The one clock: the store's own. Every timer, cap, lease and calendar reads it, so that no server's clock matters.

local function clock_ms()
  local clock = redis.call('TIME')
  return clock[1] * 1000 + math.floor(clock[2] / 1000)
end

