-- Has work items have these timers and no others, and notes how far the log was followed for them.
--
-- KEYS   1 revisions hash: as in bind.lua; 2 timers zset, see timers.lua; 3 position hash: `event`, the last that was taken
--        in, `rules` and `workforce`, the revisions that were active then, `workforce_ms`, since when the latter was, `begun`, the last event that there was when
--        following began, `due_since`, the time since which one has been noted that is due, absent: none is; 4 members hash, item id → its timers, msgpack; 5 events stream: as in bind.lua
-- ARGV   1 the event that it was followed to (0: never was), 2 … 5 event, rules, workforce and workforce_ms of the new position; then one
--        or more msgpack arrays {item id, {member, due in ms, …}}
-- Returns {'DONE'}, or {'STALE'} if it was followed to another event, {'FORMAT', its format}.

local TIMERS, POSITION, MEMBERS = KEYS[2], KEYS[3], KEYS[4]

local function in_slices(command, key, arguments)
  for from = 1, #arguments, SLICE do
    redis.call(command, key, unpack(arguments, from, math.min(from + SLICE - 1, #arguments)))
  end
end

local refused = check_format(KEYS[1])
if refused then return refused end
if (redis.call('HGET', POSITION, 'event') or '0') ~= ARGV[1] then return {'STALE'} end
local removed, added, noted, dropped = {}, {}, {}, {}
for place = 6, #ARGV do
  local entry = cmsgpack.unpack(ARGV[place])
  local item, timers, stays, members = entry[1], entry[2], {}, {}
  for at = 1, #timers, 2 do
    members[#members + 1], stays[timers[at]] = timers[at], true
    added[#added + 1], added[#added + 2] = timers[at + 1], timers[at]
  end
  local before = redis.call('HGET', MEMBERS, item)
  for _, member in ipairs(before and cmsgpack.unpack(before) or {}) do
    if not stays[member] then removed[#removed + 1] = member end
  end
  if #members > 0 then
    noted[#noted + 1], noted[#noted + 2] = item, cmsgpack.pack(members)
  elseif before then
    dropped[#dropped + 1] = item
  end
end
in_slices('ZREM', TIMERS, removed)
in_slices('ZADD', TIMERS, added)
in_slices('HDEL', MEMBERS, dropped)
in_slices('HSET', MEMBERS, noted)
if ARGV[1] == '0' then
  open_log(KEYS[5])
  redis.call('HSETNX', POSITION, 'begun', integer(log.number))
end
redis.call('HSET', POSITION, 'event', ARGV[2], 'rules', ARGV[3], 'workforce', ARGV[4], 'workforce_ms', ARGV[5])
note_what_is_due(TIMERS, POSITION)
return {'DONE'}
