-- What the scripts of messages have in common.

-- Looks at a channel at an instant, in milliseconds, unless it is looked at earlier.
local function look_by(due, channel, at_ms)
  local now = redis.call('ZSCORE', due, channel)
  if not now or tonumber(now) > at_ms then
    redis.call('ZADD', due, at_ms, channel)
  end
end

-- Forgets all but the newest of what ended.
local function keep_newest(ended, messages, dead, count)
  local old = redis.call('ZRANGE', ended, 0, -count - 1)
  for _, id in ipairs(old) do
    redis.call('ZREM', ended, id)
    redis.call('HDEL', messages, id)
    if dead then
      redis.call('ZREM', dead, id)
    end
  end
end
