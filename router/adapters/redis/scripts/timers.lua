-- Timers: a zset per tenant, score: when it falls due, in ms since 1970; member: see `timer_of`. What they are of is the
-- item's record, which they may be late to hear of: whoever fires one looks there.
--
-- TIMER_STATES is the table {name: state} of router/timers/timer.py.

local function member_of(entry, step, name, id)
  return string.format('%016d', entry) .. '\0' .. step .. '\0' .. name .. '\0' .. id
end

local function timer_of(member)
  -- Returns entry, step, name and item id. Entries have leading zeros, so that of what is due at once the older is first.
  local entry, step, name, id = string.match(member, '^(%d+)%z(%d+)%z(.-)%z(.*)$')
  return tonumber(entry), tonumber(step), name, id
end

local function is_of_deadline(name)
  local kind = string.sub(name, 1, 4)
  return kind == 'due/' or kind == 'act/'
end

local function may_fire(record, name, entry, step)
  -- router/timers/timer.py `may_fire`.
  if is_of_deadline(name) then return record[EVENT] == entry and not next_state(record, 'REOPENED') end
  local started = record[DECISION]
  if name == 'next' then started = (record[NEXT] or {})[1] end
  if name == 'lapse' then started = (record[OFFER] or {})[1] end
  if record[STATE] ~= TIMER_STATES[name] or started ~= entry then return false end
  local fired = fired_step(record, name)
  return not fired or fired.entry ~= entry or fired.step < step
end

local function note_what_is_due(timers, position)
  -- Notes in the position hash since when something due has stood there, and so could have fired; see `due_since`.
  local earliest = redis.call('ZRANGE', timers, 0, 0, 'WITHSCORES')
  if earliest[2] and tonumber(earliest[2]) <= math.floor(clock_us() / 1000) then
    redis.call('HSETNX', position, 'due_since', integer(math.floor(clock_us() / 1000)))
  else
    redis.call('HDEL', position, 'due_since')
  end
end
