-- Tells how the timers stand, of one instant.
--
-- KEYS   1 revisions hash, 2 events stream: as in bind.lua; 3 timers zset, see timers.lua; 4 position hash, see
--        set_timers.lua
-- Returns {timers, when the earliest is due (-1: there is none), since when one that is due has been noted (-1: none is), the last event that was taken in, the last one there is,
--        the time of the first one that was not taken in and came since following began (-1: all were, or it never
--        began), now}, times in ms since 1970; or {'FORMAT', its format}.

local refused = check_format(KEYS[1])
if refused then return refused end
open_log(KEYS[2])

local function time_of(number)
  -- Returns the time of an event; that of the first one behind it where somebody deleted it.
  local entry = redis.call('XRANGE', KEYS[2], string.format('%d-0', number), '+', 'COUNT', 1)[1]
  if not entry then return -1 end
  local _, at_ms = cmsgpack.unpack_one(entry[2][4])
  return type(at_ms) == 'table' and at_ms[1] or at_ms -- of format 1: all facts are one array
end

local earliest = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')
local position = redis.call('HMGET', KEYS[4], 'event', 'begun', 'due_since')
local followed = tonumber(position[1] or 0)
local expected = math.max(followed, tonumber(position[2] or log.number)) -- what came before nobody has waited for
local unread_ms = expected < log.number and time_of(expected + 1) or -1
local due_ms, since_ms = tonumber(earliest[2] or -1), tonumber(position[3] or -1)
return {redis.call('ZCARD', KEYS[3]), due_ms, since_ms, followed, log.number, unread_ms, log.now_ms}
