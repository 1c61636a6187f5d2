-- Caps: what reps, members of a pool and pools may get or hold. router/assignment/caps.py says what a window is.
--
-- A cap of a candidate set is {name, place, 1 for a pool as a whole, measure, limit, what may be counted before one job more
-- or -1 for all of the limit, name of the calendar window, milliseconds of a slot of a rolling one or 0, places of the
-- candidates who have it or none for all of them, kinds that count}; it stands so for as long as a job's interval lasts.
--
-- `counts` is a hash `{name}|{rep}`, `{name}|` for a pool as a whole, → msgpack: of a calendar window {window, amount}, of a
-- rolling one {slot, amount, slot, amount, …}, a slot counting as long as it is one of the last 48 or the one under way. The
-- next window takes the place of the one before, so that nothing has to be removed: a rep has one field a cap. OPEN and
-- UNWORKED are measured by `loads`, see ledger.lua.

local NAME, PLACE, WHOLE, MEASURE, LIMIT, PACED, WINDOW, SLOT_MS, OWNERS, KINDS = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
local SLOTS = 48
local UNKNOWN = 0 -- in place of what keeps somebody away, or false for nothing: to be looked at
local NONE = {} -- stays empty

local loads = {}   -- amounts of `loads`
local touched = {} -- reps of whom anything changed in this call, in order
local caps = nil   -- what follows, once a candidate set has caps: until then none of it is made

local function use_caps(key)
  local stored, changed = {}, {} -- by field; false for nothing
  local groups = {}              -- by the caps as they were sent: what is known of those under them, whatever their sets

  local function is_held(cap) return cap[MEASURE] == 'OPEN' or cap[MEASURE] == 'UNWORKED' end

  local function count_field(cap, rep) return cap[NAME] .. '|' .. (cap[WHOLE] == 1 and '' or rep) end

  local function load_fields(cap, rep)
    local fields, place = {}, cap[PLACE] .. (cap[WHOLE] == 1 and '' or rep)
    for i, kind in ipairs(cap[KINDS]) do fields[i] = place .. '|' .. kind end
    return fields
  end

  local function group_of(sent)
    -- Takes caps apart: those of a pool as a whole, those that everybody has, and by place all that a candidate has where
    -- some have others beside them. Then what is known of them holds for that set alone.
    local group = {caps = cmsgpack.unpack(sent), whole = {}, common = {}, own = {}, blocks = {}, looked = #touched}
    for index, cap in ipairs(group.caps) do
      if cap[WHOLE] == 1 then
        group.whole[#group.whole + 1] = index
      elseif #cap[OWNERS] == 0 then
        group.common[#group.common + 1] = index
      end
      for _, place in ipairs(cap[OWNERS]) do
        local k = place + 1
        group.own[k] = group.own[k] or {unpack(group.common)}
        group.own[k][#group.own[k] + 1] = index
      end
      if cap[MEASURE] == 'UNITS' or cap[MEASURE] == 'VALUE' then group.weighs = true end
    end
    return group
  end

  local function open_caps(set, sent)
    local group = groups[sent]
    if not group then
      group = group_of(sent)
      if not next(group.own) then groups[sent] = group end
    end
    set.caps = group
  end

  local function caps_of(group, k) return group.own[k] or group.common end

  local function want_caps(fields, cap, rep)
    -- Has read what a cap needs of a rep, if it was not yet.
    if is_held(cap) then
      want_amounts(loads, load_fields(cap, rep))
    else
      local field = count_field(cap, rep)
      if stored[field] == nil then stored[field], fields[#fields + 1] = false, field end
    end
  end

  local function read_caps(sets)
    -- Reads what the caps of all sets need of whoever is in them; what they need of `loads` is read with the rest of it.
    local fields = {}
    for _, set in ipairs(sets) do
      local group = set.caps
      for _, index in ipairs(group and group.whole or NONE) do want_caps(fields, group.caps[index], '') end
      for k, rep in ipairs(group and set.reps or NONE) do
        if group.blocks[rep] == nil then
          group.blocks[rep] = UNKNOWN
          for _, index in ipairs(caps_of(group, k)) do want_caps(fields, group.caps[index], rep) end
        end
      end
    end
    for from = 1, #fields, SLICE do
      local values = redis.call('HMGET', key, unpack(fields, from, math.min(from + SLICE - 1, #fields)))
      for i, value in ipairs(values) do stored[fields[from + i - 1]] = value and cmsgpack.unpack(value) end
    end
  end

  local function first_counted(cap, value)
    -- Returns the place in a rolling window's value of the first slot that still counts.
    local oldest, first = math.floor(log.now_ms / cap[SLOT_MS]) - SLOTS, 1
    while value[first] and value[first] < oldest do first = first + 2 end
    return first
  end

  local function used(cap, rep)
    -- Returns how much is counted, and of a rolling window the slots with their amounts and where those begin that count.
    if is_held(cap) then
      local sum, place = 0, cap[PLACE] .. (cap[WHOLE] == 1 and '' or rep) .. '|'
      for _, kind in ipairs(cap[KINDS]) do sum = sum + loads.now[place .. kind] end
      return sum
    end
    local value = stored[count_field(cap, rep)]
    if cap[SLOT_MS] == 0 then return value and value[1] == cap[WINDOW] and value[2] or 0 end
    if not value then return 0, NONE, 1 end
    local sum, first = 0, first_counted(cap, value)
    for i = first + 1, #value, 2 do sum = sum + value[i] end
    return sum, value, first
  end

  local function amount_of(cap, amounts)
    -- `amounts` is {…, …, units, value} of an attempt.
    return cap[MEASURE] == 'UNITS' and amounts[3] or cap[MEASURE] == 'VALUE' and amounts[4] or 1
  end

  local function leaves_ms(cap, slots, first, counted, amount)
    -- router/assignment/caps.py `rolling_lifts_ms`: the slots are in order.
    if amount > cap[LIMIT] then return 0 end
    local last = 0
    for i = first, #slots, 2 do
      if counted + amount <= cap[LIMIT] then break end
      counted, last = counted - slots[i + 1], slots[i]
    end
    return (last + SLOTS + 1) * cap[SLOT_MS]
  end

  local function block_of(group, indices, rep, amounts)
    -- Returns the first of some caps that a rep has reached: {index, counted, of a rolling window when it lifts}; false: none.
    for _, index in ipairs(indices) do
      local cap = group.caps[index]
      local counted, slots, first = used(cap, rep)
      local amount = amount_of(cap, amounts)
      if counted + amount > cap[LIMIT] or (cap[PACED] >= 0 and counted > cap[PACED]) then
        return {index, counted, slots and leaves_ms(cap, slots, first, counted, amount)}
      end
    end
    return false
  end

  local function look_again(group, amounts)
    -- Forgets what may be otherwise: all of it for other amounts, and of whom something changed since.
    if group.weighs and (group.units ~= amounts[3] or group.value ~= amounts[4]) then
      for rep in pairs(group.blocks) do group.blocks[rep] = UNKNOWN end
    end
    for i = group.looked + 1, #touched do
      if group.blocks[touched[i]] ~= nil then group.blocks[touched[i]] = UNKNOWN end
    end
    group.units, group.value, group.looked = amounts[3], amounts[4], #touched
  end

  local function blocks_of(set, amounts)
    -- Returns by place who of a set has reached a cap: {place from 0, REACHED_CAP, index from 0, counted, of a rolling window
    -- when it lifts}; nil: nobody.
    local group, reached = set.caps, nil
    look_again(group, amounts)
    local blocks, whole = group.blocks, block_of(group, group.whole, '', amounts)
    for k, rep in ipairs(set.reps) do
      local block = blocks[rep]
      if block == UNKNOWN then
        block = block_of(group, caps_of(group, k), rep, amounts)
        blocks[rep] = block
      end
      if whole and not (block and block[1] < whole[1]) then block = whole end
      if block then
        reached = reached or {}
        reached[k] = {k - 1, 'REACHED_CAP', block[1] - 1, block[2], block[3]}
      end
    end
    return reached
  end

  local function count_one(cap, rep, amounts)
    local field, amount = count_field(cap, rep), amount_of(cap, amounts)
    local value = stored[field]
    if cap[SLOT_MS] == 0 then
      value = {cap[WINDOW], (value and value[1] == cap[WINDOW] and value[2] or 0) + amount}
    else
      local slot = math.floor(log.now_ms / cap[SLOT_MS])
      value = value and {unpack(value, first_counted(cap, value))} or {}
      if value[#value - 1] == slot then
        value[#value] = value[#value] + amount
      else
        value[#value + 1], value[#value + 2] = slot, amount
      end
    end
    stored[field], changed[field] = value, true
  end

  local function count_caps(set, k, amounts)
    -- Counts a job that a candidate is given.
    local group = set.caps
    for _, indices in ipairs({group.whole, caps_of(group, k)}) do
      for _, index in ipairs(indices) do
        local cap = group.caps[index]
        if not is_held(cap) then count_one(cap, set.reps[k], amounts) end
      end
    end
  end

  local function write_counts()
    local fields = {}
    for field in pairs(changed) do
      fields[#fields + 1], fields[#fields + 2] = field, cmsgpack.pack(stored[field])
    end
    for from = 1, #fields, SLICE do
      redis.call('HSET', key, unpack(fields, from, math.min(from + SLICE - 1, #fields)))
    end
  end

  caps = {open = open_caps, read = read_caps, blocks_of = blocks_of, count = count_caps, write = write_counts}
end
