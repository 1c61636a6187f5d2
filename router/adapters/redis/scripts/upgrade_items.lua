-- Brings records of work items from format 1 to 2 and enters them in the index of owners. What is of format 2 already
-- stays as it is, so that it may be run again, in part or whole, by whoever takes over.
--
-- KEYS       1 owned zset: as in bind.lua; then the items' keys, some hundreds at most
-- ARGV[i]    string, id of the item of KEYS[i + 1]
-- Returns how many were of format 1.
--
-- A record of format 1 is {state, kind, owner, pool, epoch, event, decision, first, tried}. Its attributes stand in its
-- last decision. Each of its events changed it, and so is its version, but for a reassignment that found nobody: that
-- is an event behind the last decision of an item that is still open.

local LENGTH_1, EVENT_1, DECISION_1, FIRST_1, TRIED_1 = 9, 6, 7, 8, 9

local function renewed(old)
  local record = new_record(old[KIND])
  for place = STATE, EVENT do record[place] = old[place] end
  local is_closed = not next_state(record, 'ASSIGNED')
  record[VERSION] = is_closed and old[EVENT_1] or old[DECISION_1]
  record[CONTENT], record[DECISION] = old[DECISION_1], old[DECISION_1]
  record[FIRST], record[TRIED] = old[FIRST_1], old[TRIED_1]
  return record
end

local converted = 0
for place, id in ipairs(ARGV) do
  local packed = redis.call('GET', KEYS[place + 1])
  local old = packed and cmsgpack.unpack(packed)
  if type(old) == 'table' and #old == LENGTH_1 then
    local record = renewed(old)
    redis.call('SET', KEYS[place + 1], cmsgpack.pack(record))
    local member = place_in_owned(record[OWNER], record[STATE], record[FIRST], id)
    if member then redis.call('ZADD', KEYS[1], 0, member) end
    converted = converted + 1
  end
end
return converted
