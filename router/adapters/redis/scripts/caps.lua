-- Caps: what reps, members of a pool and pools may get or hold. router/assignment/caps.py says what a window is.
--
-- A cap of a candidate set is {name, place, 1 for a pool as a whole, measure, limit, what may be counted before one job more
-- or -1 for all of the limit, name of the calendar window, milliseconds of a slot of a rolling one or 0, places of the
-- candidates who have it or none for all of them, kinds that count where what is open is measured}; it stands so for as long as a job's interval lasts.
--
-- `counts` is a hash `{name}|{rep}`, `{name}|` for a pool as a whole, → msgpack: of a calendar window {window, amount}, of a
-- rolling one {slot, amount, slot, amount, …}, a slot counting as long as it is one of the last 48 or the one under way. The
-- next window takes the place of the one before, so that nothing has to be removed: a rep has one field a cap. OPEN and
-- UNWORKED are measured by `loads`, see ledger.lua.

local NAME, PLACE, WHOLE, MEASURE, LIMIT, PACED, WINDOW, SLOT_MS, OWNERS, KINDS = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
local SLOTS = 48
local BEHIND_WORKED = '|worked' -- behind a field of `loads`: how much of it was worked on
local ID_LENGTH = 12
local UNKNOWN = 0 -- in place of what keeps somebody away, or false for nothing: to be looked at
local NONE = {} -- stays empty

local loads = {}   -- amounts of `loads`
local touched = {} -- reps of whom anything changed in this call, in order
local caps = nil   -- what follows, once a candidate set has caps: until then none of it is made

local function use_caps(counts_key, headroom_key)
  local stored, changed = {}, {} -- by field; false for nothing
  local groups = {}              -- by the caps as they were sent: what is known of those under them, whatever their sets
  local headroom = {}            -- by rep, as it is stored: the caps it is of, and how much it is; false for none
  local moved_room = {}          -- by rep: whether it is to be written
  local given = {}               -- what is to be counted with the next that is read: {cap, field, amount, …}

  local function is_held(cap) return cap[MEASURE] == 'OPEN' or cap[MEASURE] == 'UNWORKED' end

  local function count_field(cap, rep) return cap[NAME] .. '|' .. (cap[WHOLE] == 1 and '' or rep) end

  local function load_place(cap, rep) return cap[PLACE] .. (cap[WHOLE] == 1 and '' or rep) .. '|' end

  local function group_of(sent, mark)
    -- Takes caps apart: those of a pool as a whole, those that everybody has, and by place all that a candidate has where
    -- some have others beside them. Then what is known of them holds for that set alone.
    local group = {caps = cmsgpack.unpack(sent), whole = {}, common = {}, own = {}, counted = {}, looked = #touched,
      blocks = {}, doubtful = 0} -- by rep: what keeps them away; and how many are kept away, or are to be looked at
    for index, cap in ipairs(group.caps) do
      if cap[WHOLE] == 1 then
        group.whole[#group.whole + 1] = index
      elseif #cap[OWNERS] == 0 then
        group.common[#group.common + 1] = index
        for _, indices in pairs(group.own) do indices[#indices + 1] = index end
      end
      for _, place in ipairs(cap[OWNERS]) do
        local k = place + 1
        group.own[k] = group.own[k] or {unpack(group.common)}
        group.own[k][#group.own[k] + 1] = index
      end
      if cap[MEASURE] == 'UNITS' or cap[MEASURE] == 'VALUE' then group.weighs = true end
      if not is_held(cap) then group.counted[#group.counted + 1] = cap end
    end
    if #group.common > 0 and not group.weighs and not next(group.own) then
      group.id = string.sub(redis.sha1hex(sent .. mark), 1, ID_LENGTH)
      group.none_left = group.id .. '0'
    end
    return group
  end

  local function open_caps(set, sent, mark)
    local group = groups[sent]
    if not group then
      group = group_of(sent, mark)
      if not next(group.own) then groups[sent] = group end
    end
    set.caps = group
  end

  local function caps_of(group, k) return group.own[k] or group.common end

  local function has_headroom(group, rep)
    local room = group.id and headroom[rep]
    return room and room ~= group.none_left and string.find(room, group.id, 1, true) == 1
  end

  local function want_caps(fields, group, indices, rep)
    -- Has read what caps need of a rep, if it was not yet.
    for _, index in ipairs(indices) do
      local cap = group.caps[index]
      if is_held(cap) then
        local place, wanted = load_place(cap, rep), {}
        for _, kind in ipairs(cap[KINDS]) do
        wanted[#wanted + 1] = place .. kind
        if cap[MEASURE] == 'UNWORKED' then wanted[#wanted + 1] = place .. kind .. BEHIND_WORKED end
      end
        want_amounts(loads, wanted)
      else
        local field = count_field(cap, rep)
        if stored[field] == nil then stored[field], fields[#fields + 1] = false, field end
      end
    end
  end

  local function first_counted(cap, value)
    -- Returns the place in a rolling window's value of the first slot that still counts.
    local oldest, first = math.floor(log.now_ms / cap[SLOT_MS]) - SLOTS, 1
    while value[first] and value[first] < oldest do first = first + 2 end
    return first
  end

  local function unpacked(value) return value and cmsgpack.unpack(value) end

  local function count(cap, field, amount)
    local value = stored[field]
    if cap[SLOT_MS] == 0 then
      if not value or value[1] ~= cap[WINDOW] then value = {cap[WINDOW], 0} end
      value[2] = value[2] + amount
    else
      local slot, first = math.floor(log.now_ms / cap[SLOT_MS]), value and first_counted(cap, value)
      if not value or first > 1 then value = value and {unpack(value, first)} or {} end
      if value[#value - 1] == slot then
        value[#value] = value[#value] + amount
      else
        value[#value + 1], value[#value + 2] = slot, amount
      end
    end
    stored[field], changed[field] = value, true
  end

  local function read_wanted(fields)
    for i = 2, #given, 3 do fields[#fields + 1] = given[i] end
    for from = 1, #fields, SLICE do
      local values = redis.call('HMGET', counts_key, unpack(fields, from, math.min(from + SLICE - 1, #fields)))
      for i, value in ipairs(values) do stored[fields[from + i - 1]] = unpacked(value) end
    end
    for i = 1, #given, 3 do count(given[i], given[i + 1], given[i + 2]) end
    given = {}
    read_amounts(loads)
  end

  local function read_headroom(sets)
    local reps = {}
    for _, set in ipairs(sets) do
      for _, rep in ipairs(set.caps and set.caps.id and set.reps or NONE) do
        if headroom[rep] == nil then headroom[rep], reps[#reps + 1] = false, rep end
      end
    end
    for from = 1, #reps, SLICE do
      local values = redis.call('HMGET', headroom_key, unpack(reps, from, math.min(from + SLICE - 1, #reps)))
      for i, value in ipairs(values) do headroom[reps[from + i - 1]] = value end
    end
  end

  local function read_caps(sets)
    -- Reads what the caps of all sets need of those who may have reached one.
    read_headroom(sets)
    local fields = {}
    for _, set in ipairs(sets) do
      local group = set.caps
      if group then want_caps(fields, group, group.whole, '') end
      for k, rep in ipairs(group and set.reps or NONE) do
        if group.blocks[rep] == nil then
          group.blocks[rep] = not has_headroom(group, rep) and UNKNOWN
          if group.blocks[rep] then
            group.doubtful = group.doubtful + 1
            want_caps(fields, group, caps_of(group, k), rep)
          end
        end
      end
    end
    read_wanted(fields)
  end

  local function used(cap, rep)
    -- Returns how much is counted, and of a rolling window the slots with their amounts and where those begin that count.
    if is_held(cap) then
      local sum, place = 0, load_place(cap, rep)
      for _, kind in ipairs(cap[KINDS]) do
        sum = sum + loads.now[place .. kind]
        if cap[MEASURE] == 'UNWORKED' then sum = sum - loads.now[place .. kind .. BEHIND_WORKED] end
      end
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

  local function block_of(group, indices, rep, amounts, is_within, is_worked)
    -- Returns the first of some caps that a rep has reached: {index, counted, of a rolling window when it lifts}; false: none,
    -- and then how many work items more they may have in any case. `is_within` says that what is open counts the job already,
    -- `is_worked` that what was not worked on does not.
    local room = math.huge
    for _, index in ipairs(indices) do
      local cap = group.caps[index]
      local counted, slots, first = used(cap, rep)
      local amount = amount_of(cap, amounts)
      local is_counted = is_within and is_held(cap) and not (is_worked and cap[MEASURE] == 'UNWORKED')
      if not is_counted and (counted + amount > cap[LIMIT] or (cap[PACED] >= 0 and counted > cap[PACED])) then
        return {index, counted, slots and leaves_ms(cap, slots, first, counted, amount)}
      end
      room = math.min(room, cap[LIMIT] - counted, cap[PACED] >= 0 and cap[PACED] - counted + 1 or math.huge)
    end
    return false, room
  end

  local function keep_headroom(rep, id, room)
    set_in(headroom, rep, id and id .. room or false)
    set_in(moved_room, rep, true)
  end

  local function look(group, k, rep, amounts)
    if has_headroom(group, rep) then return false end
    local indices, fields = caps_of(group, k), {}
    want_caps(fields, group, indices, rep)
    read_wanted(fields)
    local block, room = block_of(group, indices, rep, amounts)
    if group.id and not block then keep_headroom(rep, group.id, room) end
    return block
  end

  local function doubt(group, rep)
    -- Has a rep looked at.
    if not group.blocks[rep] then group.doubtful = group.doubtful + 1 end
    group.blocks[rep] = UNKNOWN
  end

  local function forget(group, amounts)
    -- Forgets what may be otherwise: all of it for other amounts, and of whom something changed since.
    if group.weighs and (group.units ~= amounts[3] or group.value ~= amounts[4]) then
      for rep in pairs(group.blocks) do doubt(group, rep) end
    end
    for i = group.looked + 1, #touched do
      if group.blocks[touched[i]] ~= nil and not has_headroom(group, touched[i]) then doubt(group, touched[i]) end
    end
    group.units, group.value, group.looked = amounts[3], amounts[4], #touched
  end

  local function blocks_of(set, amounts, is_within, is_worked)
    -- Returns by place who of a set has reached a cap: {place from 0, REACHED_CAP, index from 0, counted, of a rolling window
    -- when it lifts}; nil: nobody. `is_within` says that the job is open in the set's pool, whoever of it gets it,
    -- `is_worked` that somebody tried to reach its customer.
    local group, reached = set.caps, nil
    forget(group, amounts)
    if group.doubtful == 0 and #group.whole == 0 then return nil end
    local blocks, whole = group.blocks, block_of(group, group.whole, '', amounts, is_within, is_worked)
    for k, rep in ipairs(set.reps) do
      local block = blocks[rep]
      if block == UNKNOWN then
        block = look(group, k, rep, amounts)
        blocks[rep] = block
        if not block then group.doubtful = group.doubtful - 1 end
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
    if stored[field] ~= nil then return count(cap, field, amount) end
    local n = #given
    given[n + 1], given[n + 2], given[n + 3] = cap, field, amount
  end

  local function is_had(cap, k)
    -- Says whether a candidate has a cap.
    if #cap[OWNERS] == 0 then return true end
    for _, place in ipairs(cap[OWNERS]) do
      if place == k - 1 then return true end
    end
    return false
  end

  local function count_caps(set, k, amounts)
    -- Counts a job that a candidate is given.
    local group, rep = set.caps, set.reps[k]
    for _, cap in ipairs(group.counted) do
      if is_had(cap, k) then count_one(cap, rep, amounts) end
    end
    local room = has_headroom(group, rep) and tonumber(string.sub(headroom[rep], ID_LENGTH + 1)) - 1
    keep_headroom(rep, room and group.id, room)
  end

  local function counted_of(set, k, amounts)
    -- Returns what `count_caps` counts of a job: {field, calendar window or slot, amount, …}.
    local counted = {}
    for _, cap in ipairs(set.caps.counted) do
      if is_had(cap, k) then
        local n, at = #counted, cap[SLOT_MS] == 0 and cap[WINDOW] or math.floor(log.now_ms / cap[SLOT_MS])
        counted[n + 1], counted[n + 2], counted[n + 3] = count_field(cap, set.reps[k]), at, amount_of(cap, amounts)
      end
    end
    return counted
  end

  local function uncounted(value, at, amount)
    -- Returns what is left of a count without a job's; false: nothing. What its window has lost since stays as it is.
    if type(at) ~= 'number' then
      if value[1] ~= at then return value end
      return value[2] ~= amount and {at, value[2] - amount}
    end
    local left = {}
    for i = 1, #value, 2 do
      local rest = value[i] == at and value[i + 1] - amount or value[i + 1]
      if rest ~= 0 or value[i] ~= at then left[#left + 1], left[#left + 2] = value[i], rest end
    end
    return #left > 0 and left
  end

  local function take_back(counted, rep)
    -- Has what `counted_of` returned not be counted. How much more the rep may have is looked at again.
    read_wanted({})
    for place = 1, #counted, 3 do
      local field = counted[place]
      if stored[field] == nil then stored[field] = unpacked(redis.call('HGET', counts_key, field)) end
      if stored[field] then
        set_in(stored, field, uncounted(stored[field], counted[place + 1], counted[place + 2]))
        set_in(changed, field, true)
      end
    end
    keep_headroom(rep)
  end

  local function write_counts()
    if #given > 0 then read_wanted({}) end
    local fields, kept, gone, ended = {}, {}, {}, {}
    for field in pairs(changed) do
      if stored[field] then
        fields[#fields + 1], fields[#fields + 2] = field, cmsgpack.pack(stored[field])
      else
        ended[#ended + 1] = field
      end
    end
    for rep in pairs(moved_room) do
      local room = headroom[rep]
      if room then
        kept[#kept + 1], kept[#kept + 2] = rep, room
      else
        gone[#gone + 1] = rep
      end
    end
    for _, to in ipairs({{'HSET', counts_key, fields}, {'HSET', headroom_key, kept}, {'HDEL', headroom_key, gone}, {'HDEL', counts_key, ended}}) do
      for from = 1, #to[3], SLICE do redis.call(to[1], to[2], unpack(to[3], from, math.min(from + SLICE - 1, #to[3]))) end
    end
  end

  caps = {open = open_caps, read = read_caps, blocks_of = blocks_of, count = count_caps, write = write_counts,
    counted_of = counted_of, take_back = take_back, look_again = keep_headroom}
end
