-- A work item: its record, its states, and the two indexes that follow from them.
--
-- The record is a msgpack array in a string key. `state_after` is the table of states, {from: {event: to}}, of
-- router/model/workitem.py; what is not in it cannot happen.

local STATE, KIND, OWNER, POOL, EPOCH = 1, 2, 3, 4, 5
local EVENT = 6     -- its last event of all: each event names the one before it
local VERSION = 7   -- the last event that changed owner, state or attributes: etag and fencing
local CONTENT = 8   -- the event that holds its attributes
local DECISION = 9  -- the last event that chose, or looked for, its owner
local FIRST = 10    -- its first event: how long it has been there
local TRIED = 11    -- the reps who owned it before
local FIRED = 12    -- what fired of its timers, by name the last step: {name, entry, step, ms since 1970, …}
local WORKED = 13   -- 1 once somebody tried to reach the customer since the owner has it, else 0
local NEXT = 14     -- the next date: {event that set it, when in ms since 1970, when that one occurred}; {}: there is none
local COVERED = 15  -- the rep on leave for whom its owner stands in; '': it is the owner's own
local OFFER = 16    -- the open offer: {number, rep ('': many), pool, timeout in ms (0: none), clock, when it was made in ms since 1970}; {}: there is none
local REFUSED = 17  -- the reps who declined it since it last had an owner, or let its offer lapse: once for each time
local ANSWERED = 18 -- the event that answered its last offer, 0: none; the owner has it since, where that is behind the decision
local STAGE = 19    -- where it stands in its process: {revision of the process (0: it is in none), stage, event that it entered by, event that reopened it (0: none)}; {}: as follows from FIRST
local SATISFIED = 20 -- what its customer answered: {how satisfied they are (0: not answered), how likely they would recommend us (-1: not answered), when they answered last, ms since 1970}; {}: nothing

local function nothing_in(place)
  -- Returns what a record has in a place behind the first 11 that nothing was written to yet.
  if place == WORKED or place == ANSWERED then return 0 end
  return place == COVERED and '' or {}
end

local function put(record, place, value)
  -- Writes to a place; those before it get what they have while nothing was written: an array must have no holes.
  for before = #record + 1, place - 1 do record[before] = nothing_in(before) end
  record[place] = value
end

local function new_record(kind) return {'RECEIVED', kind, '', '', 0, 0, 0, 0, 0, 0, {}} end

local function next_state(record, event) return state_after(record[STATE], event) end

local function fired_step(record, name)
  -- Returns entry and step of what fired last of a timer; nil for nothing.
  local fired = record[FIRED] or {}
  for place = 1, #fired, 4 do
    if fired[place] == name then return {entry = fired[place + 1], step = fired[place + 2]} end
  end
end

local function note_fired(record, name, entry, step, at_ms)
  -- Has a record know of a step that fired, behind those of other names.
  local before, fired = record[FIRED] or {}, {}
  for place = 1, #before, 4 do
    if before[place] ~= name then
      for at = place, place + 3 do fired[#fired + 1] = before[at] end
    end
  end
  for _, value in ipairs({name, entry, step, at_ms}) do fired[#fired + 1] = value end
  put(record, FIRED, fired)
end

local function clear(record, place)
  -- Empties a place, if anything was written to it.
  if record[place] then record[place] = {} end
end

local function has_next(record) return record[NEXT] and #record[NEXT] > 0 end

local function set_next(dated, id, record, date)
  -- Gives a work item a next date, or none with {}, and keeps the index of those who have one: by the event that set it.
  if #date > 0 then
    redis.call('ZADD', dated, date[1], id)
  else
    redis.call('ZREM', dated, id)
  end
  put(record, NEXT, date)
end

local function enter_stage(record, revision, stage, event, begun)
  put(record, STAGE, {revision, stage, event, begun or (record[STAGE] and record[STAGE][4]) or 0})
end

local function place_in_owned(owner, state, first, id)
  -- Returns a work item's place in the index of owners: by owner, open before closed, then by age; nil for nobody's.
  if owner == '' then return nil end
  return owner .. (state == 'ASSIGNED' and '\0o\0' or '\0c\0') .. string.format('%016d', first) .. '\0' .. id
end

local function place_in_covered(record, id)
  -- Returns a work item's place, in the same index, among those whose owner stands in for somebody; nil: they do not.
  if (record[COVERED] or '') == '' then return nil end
  return '\0v\0' .. string.format('%016d', record[FIRST]) .. '\0' .. id
end

-- The zset of a customer: their work items by first event. 0 stands for what is not theirs any more, and for what never was
-- where something sealed in its events is: whoever erases them has to find it. The empty id stands for minus the event by
-- which they said last how likely they would recommend us.

local function join_customer(customer, id, first) redis.call('ZADD', customer, first, id) end

local function leave_customer(customer, id) redis.call('ZADD', customer, 'XX', 0, id) end

local function last_nps(customer) return -tonumber(redis.call('ZSCORE', customer, '') or 0) end

local function keep_last_nps(customer, event) redis.call('ZADD', customer, -event, '') end

local function keep_sealed_of(customer, id) redis.call('ZADD', customer, 'NX', 0, id) end

local moved = {} -- places in the index of owners: whether a work item stands there when the call is over

local function index_item(waiting, id, state, owner, record)
  -- Moves a work item in the indexes from where its state and owner were to where its record is; see `write_owned`.
  local first = record[FIRST]
  if record[STATE] == 'QUEUED' then
    redis.call('ZADD', waiting, first, id)
  elseif state == 'QUEUED' then
    redis.call('ZREM', waiting, id)
  end
  local before, after = place_in_owned(owner, state, first, id), place_in_owned(record[OWNER], record[STATE], first, id)
  if before ~= after then
    if before then moved[before] = false end
    if after then moved[after] = true end
  end
end

local function cover(record, id, covered)
  -- Has a work item's owner stand in for a rep, or for nobody with ''.
  if (record[COVERED] or '') == covered then return end
  local before = place_in_covered(record, id)
  put(record, COVERED, covered)
  local after = place_in_covered(record, id)
  if before then moved[before] = false end
  if after then moved[after] = true end
end

local function write_owned(owned)
  -- Writes what the call moved in the index of owners: two commands, however many work items.
  local added, removed = {}, {}
  for place, stands in pairs(moved) do
    if stands then
      added[#added + 1], added[#added + 2] = 0, place
    else
      removed[#removed + 1] = place
    end
  end
  if #removed > 0 then redis.call('ZREM', owned, unpack(removed)) end
  if #added > 0 then redis.call('ZADD', owned, unpack(added)) end
end

