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
local NONE = {} -- stays empty

local loads = {}   -- amounts of `loads`
local touched = {} -- reps of whom anything changed in this call, in order
local caps = nil   -- what follows, once a candidate set has caps: until then none of it is made

local function use_caps(key)
  local stored, changed = {}, {} -- by field; false for nothing

  local function is_held(cap) return cap[MEASURE] == 'OPEN' or cap[MEASURE] == 'UNWORKED' end

  local function count_field(cap, rep) return cap[NAME] .. '|' .. (cap[WHOLE] == 1 and '' or rep) end

  local function load_fields(cap, rep)
    local fields, place = {}, cap[PLACE] .. (cap[WHOLE] == 1 and '' or rep)
    for i, kind in ipairs(cap[KINDS]) do fields[i] = place .. '|' .. kind end
    return fields
  end

  local function open_caps(set, caps)
    -- Takes the caps of a candidate set: those that everybody has, and those that a candidate has beside them, in order.
    local common, own = {}, {}
    for index, cap in ipairs(caps) do
      if #cap[OWNERS] == 0 then common[#common + 1] = index end
      for _, place in ipairs(cap[OWNERS]) do
        local k = place + 1
        own[k] = own[k] or {unpack(common)}
        own[k][#own[k] + 1] = index
      end
    end
    set.caps, set.common, set.own = caps, common, own
  end

  local function caps_of(set, k) return set.own[k] or set.common end

  local function read_counts(fields)
    for from = 1, #fields, SLICE do
      local values = redis.call('HMGET', key, unpack(fields, from, math.min(from + SLICE - 1, #fields)))
      for i, value in ipairs(values) do stored[fields[from + i - 1]] = value and cmsgpack.unpack(value) end
    end
  end

  local function read_caps(set)
    -- Reads what the caps of a set need that was not read yet.
    local fields, known = {}, stored
    for k, rep in ipairs(set.reps) do
      for _, index in ipairs(caps_of(set, k)) do
        local cap = set.caps[index]
        if is_held(cap) then
          want_amounts(loads, load_fields(cap, rep))
        else
          local field = count_field(cap, rep)
          if known[field] == nil then known[field], fields[#fields + 1] = false, field end
        end
      end
    end
    read_counts(fields)
    read_amounts(loads)
  end

  local function in_window(cap, value)
    -- Returns the slots of a rolling window that still count, with their amounts, and the sum of these.
    local oldest, slots, sum = math.floor(log.now_ms / cap[SLOT_MS]) - SLOTS, {}, 0
    for i = 1, #(value or NONE), 2 do
      if value[i] >= oldest then
        slots[#slots + 1], slots[#slots + 2] = value[i], value[i + 1]
        sum = sum + value[i + 1]
      end
    end
    return slots, sum
  end

  local function used(cap, rep)
    -- Returns how much is counted, and of a rolling window the slots.
    if is_held(cap) then
      local sum = 0
      for _, field in ipairs(load_fields(cap, rep)) do sum = sum + loads.now[field] end
      return sum
    end
    local value = stored[count_field(cap, rep)]
    if cap[SLOT_MS] == 0 then return value and value[1] == cap[WINDOW] and value[2] or 0 end
    local slots, sum = in_window(cap, value)
    return sum, slots
  end

  local function amount_of(cap, amounts)
    -- `amounts` is {…, …, units, value} of an attempt.
    return cap[MEASURE] == 'UNITS' and amounts[3] or cap[MEASURE] == 'VALUE' and amounts[4] or 1
  end

  local function leaves_ms(cap, slots, counted, amount)
    -- router/assignment/caps.py `rolling_lifts_ms`: the slots are in order.
    if amount > cap[LIMIT] then return 0 end
    local last = 0
    for i = 1, #slots, 2 do
      if counted + amount <= cap[LIMIT] then break end
      counted, last = counted - slots[i + 1], slots[i]
    end
    return (last + SLOTS + 1) * cap[SLOT_MS]
  end

  local function block_of(set, k, amounts)
    -- Returns {place from 0, REACHED_CAP, index from 0, counted, of a rolling window when it lifts}; false: no cap is reached.
    for _, index in ipairs(caps_of(set, k)) do
      local cap = set.caps[index]
      local counted, slots = used(cap, set.reps[k])
      local amount = amount_of(cap, amounts)
      local is_counted = set.is_within and cap[WHOLE] == 1 and is_held(cap) -- whoever of the pool it is moved to
      if not is_counted and (counted + amount > cap[LIMIT] or (cap[PACED] >= 0 and counted > cap[PACED])) then
        return {k - 1, 'REACHED_CAP', index - 1, counted, slots and leaves_ms(cap, slots, counted, amount)}
      end
    end
    return false
  end

  local function look_again(set, k, amounts)
    local before, block = set.blocks[k], block_of(set, k, amounts)
    set.blocks[k] = block
    set.n_blocks = set.n_blocks + (block and 1 or 0) - (before and 1 or 0)
  end

  local function is_shared(set)
    -- Says whether what one candidate is given counts for others.
    for _, cap in ipairs(set.caps) do
      if cap[WHOLE] == 1 then return true end
    end
    return false
  end

  local function look_at_all(set, amounts)
    set.blocks, set.n_blocks, set.places, set.shared = {}, 0, {}, is_shared(set)
    read_caps(set)
    for k, rep in ipairs(set.reps) do
      set.places[rep] = k
      look_again(set, k, amounts)
    end
    set.units, set.value, set.looked = amounts[3], amounts[4], #touched
  end

  local function blocks_of(set, amounts, is_within)
    -- Returns by place who of a set has reached a cap; nil: nobody. Only of whom something changed since is looked at again.
    -- `is_within` says that the job is open in the set's pool already.
    local is_same = set.blocks and set.units == amounts[3] and set.value == amounts[4] and set.is_within == is_within
    set.is_within = is_within
    if not is_same or (set.shared and set.looked < #touched) then look_at_all(set, amounts) end
    for i = set.looked + 1, #touched do
      local k = set.places[touched[i]]
      if k then look_again(set, k, amounts) end
    end
    set.looked = #touched
    return set.n_blocks > 0 and set.blocks or nil
  end

  local function count_caps(set, rep, amounts)
    -- Counts a job that a rep is given.
    for _, index in ipairs(caps_of(set, set.places[rep])) do
      local cap = set.caps[index]
      if not is_held(cap) then
        local field, amount = count_field(cap, rep), amount_of(cap, amounts)
        local value
        if cap[SLOT_MS] == 0 then
          value = {cap[WINDOW], used(cap, rep) + amount}
        else
          local slot = math.floor(log.now_ms / cap[SLOT_MS])
          value = in_window(cap, stored[field])
          if value[#value - 1] == slot then
            value[#value] = value[#value] + amount
          else
            value[#value + 1], value[#value + 2] = slot, amount
          end
        end
        stored[field], changed[field] = value, true
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

  caps = {open = open_caps, blocks_of = blocks_of, count = count_caps, write = write_counts}
end
