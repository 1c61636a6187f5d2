-- A work item: its record, its states, and the two indexes that follow from them.
--
-- The record is a msgpack array in a string key. TRANSITIONS is the table of states, {from: {event: to}}, of
-- router/model/workitem.py; what is not in it cannot happen.

local STATE, KIND, OWNER, POOL, EPOCH = 1, 2, 3, 4, 5
local EVENT = 6     -- its last event of all: each event names the one before it
local VERSION = 7   -- the last event that changed owner, state or attributes: etag and fencing
local CONTENT = 8   -- the event that holds its attributes
local DECISION = 9  -- the last event that chose, or looked for, its owner
local FIRST = 10    -- its first event: how long it has been there
local TRIED = 11    -- the reps who owned it before
local FIRED = 12    -- what fired of its timers, by name the last step: {name, entry, step, ms since 1970, …}; nil: nothing

local function new_record(kind) return {'RECEIVED', kind, '', '', 0, 0, 0, 0, 0, 0, {}} end

local function next_state(record, event) return TRANSITIONS[record[STATE]][event] end

local function change_version(key, version)
  -- Has an item another version, so that nothing is written that was made from it as it was.
  local packed = redis.call('GET', key)
  if not packed then return end
  local record = cmsgpack.unpack(packed)
  record[VERSION] = version
  redis.call('SET', key, cmsgpack.pack(record))
end

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
  record[FIRED] = fired
end

local function place_in_owned(owner, state, first, id)
  -- Returns a work item's place in the index of owners: by owner, open before closed, then by age; nil for nobody's.
  if owner == '' then return nil end
  return owner .. (state == 'ASSIGNED' and '\0o\0' or '\0c\0') .. string.format('%016d', first) .. '\0' .. id
end

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

