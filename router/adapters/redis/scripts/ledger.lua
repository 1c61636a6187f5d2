-- Ledgers and open units: read once a call, moved in memory by many jobs, written once at its end.
--
-- A ledger is a hash, one per pool: `d:{rep}` deficit and `r:{rep}` received in micro-units, `decisions`, `overrides`,
-- `largest_charge`, `largest_band`, `worst`, `disturbance`. `loads` is a hash `{rep}|{kind}` → open units. A candidate
-- set is {pool, band, members, reps, weights, limits, scores, digest}: see bind.lua.

local SLICE = 1000 -- arguments of one command; unpack() takes at most some thousands

local ledger = {}
local ledgers = {}             -- by pool
local loads, shifted = {}, {}  -- by kind, then rep: what was read; `{rep}|{kind}` → units gained since the call began

local function deficit_field(rep) return 'd:' .. rep end

local function fetch(key, reps, field, known, unwritten)
  -- Reads the fields of the reps that are not known yet; a missing one is 0. Adds what this call has not written yet.
  local missing, fields = {}, {}
  for _, rep in ipairs(reps) do
    if known[rep] == nil then
      missing[#missing + 1], fields[#fields + 1] = rep, field(rep)
    end
  end
  for from = 1, #fields, SLICE do
    local to = math.min(from + SLICE - 1, #fields)
    local values = redis.call('HMGET', key, unpack(fields, from, to))
    for i = from, to do known[missing[i]] = tonumber(values[i - from + 1] or 0) + (unwritten[fields[i]] or 0) end
  end
end

local function add(key, amounts)
  -- Adds amounts to the fields of a hash: few commands, however many fields.
  local fields = {}
  for field, amount in pairs(amounts) do
    if amount ~= 0 then fields[#fields + 1] = field end
  end
  for from = 1, #fields, SLICE do
    local to = math.min(from + SLICE - 1, #fields)
    local sums = {}
    for i, value in ipairs(redis.call('HMGET', key, unpack(fields, from, to))) do
      local field = fields[from + i - 1]
      sums[#sums + 1], sums[#sums + 2] = field, integer(tonumber(value or 0) + amounts[field])
    end
    redis.call('HSET', key, unpack(sums))
  end
end

function ledger.open(pool, key)
  ledgers[pool] = {key = key, deficits = {}, changed = {}, received = {}, decisions = 0, overrides = 0, charge = 0,
    band = 0, worst = 0}
end

function ledger.read(set)
  -- Reads the deficits of a set's reps.
  if set.pool ~= '' then fetch(ledgers[set.pool].key, set.reps, deficit_field, ledgers[set.pool].deficits, {}) end
end

function ledger.open_units(set, kind, key)
  -- Returns the open units of a set's reps, by rep; read once per kind.
  local known = loads[kind]
  if not known then
    known = {}
    loads[kind] = known
  end
  if set.read_for ~= kind then
    fetch(key, set.reps, function(rep) return rep .. '|' .. kind end, known, shifted)
    set.read_for = kind
  end
  return known
end

function ledger.shift(rep, kind, by)
  local field = rep .. '|' .. kind
  shifted[field] = (shifted[field] or 0) + by
  if loads[kind] and loads[kind][rep] then loads[kind][rep] = loads[kind][rep] + by end
end

local NOBODY_FULL = {}

function ledger.look(set, kind, key)
  -- Returns the places of those with room, the sum of their weights, and {place from 0, open units} of the full.
  if not set.limited then return set.everybody, set.total, NOBODY_FULL end
  local open, limits, reps = ledger.open_units(set, kind, key), set.limits, set.reps
  local full
  for k = 1, #reps do
    local units = open[reps[k]]
    if limits[k] >= 0 and units >= limits[k] then
      full = full or {}
      full[#full + 1] = {k - 1, units}
    end
  end
  if not full then return set.everybody, set.total, NOBODY_FULL end
  local eligible, total, next_full = {}, 0, 1
  for k = 1, #reps do
    if full[next_full] and full[next_full][1] == k - 1 then
      next_full = next_full + 1
    else
      eligible[#eligible + 1], total = k, total + set.weights[k]
    end
  end
  return eligible, total, full
end

local function best(set, eligible, claims, top, rotation)
  -- Returns the place with the best score, then the largest claim, among claims within the band; equals in turn.
  local n, least, scores = #eligible, top - set.band, set.scores
  local chosen, best_score
  for step = 0, n - 1 do
    local e = (rotation + step) % n + 1
    if claims[e] >= least then
      local score = scores[eligible[e]] or 0
      if not chosen or score > best_score or (score == best_score and claims[e] > claims[chosen]) then
        chosen, best_score = e, score
      end
    end
  end
  return chosen
end

function ledger.pick(set, eligible, total, charge, rotation, named)
  -- router/assignment/ledger.py `pick`, line by line. Returns the chosen place in `eligible` (nil: the named rep is not
  -- there), the deficits before, the chosen rep's entitlement, and the deficits after.
  local known, reps, weights = set.pool ~= '' and ledgers[set.pool].deficits, set.reps, set.weights
  local before, claims, after, sum, top = {}, {}, {}, 0, nil
  local floor = math.floor
  for e = 1, #eligible do
    local k = eligible[e]
    local deficit, share = known and known[reps[k]] or 0, floor(charge * weights[k] / total)
    local claim = deficit + share
    before[e], claims[e], after[e], sum = deficit, claim, claim, sum + share
    if top == nil or claim > top then top = claim end
  end
  local chosen
  if named == '' then
    chosen = best(set, eligible, claims, top, rotation)
  else
    for e = 1, #eligible do
      if reps[eligible[e]] == named then chosen = e end
    end
    if not chosen then return nil end
  end
  local left_over = charge - sum
  after[chosen] = after[chosen] + left_over - charge
  return chosen, before, claims[chosen] - before[chosen] + left_over, after
end

function ledger.charge(choice, override)
  local book, reps, after, worst = ledgers[choice.pool], choice.set.reps, choice.after, 0
  for e, k in ipairs(choice.eligible) do
    local rep, deficit = reps[k], after[e]
    book.deficits[rep], book.changed[rep] = deficit, true
    if deficit > worst then worst = deficit elseif -deficit > worst then worst = -deficit end
  end
  book.worst = math.max(book.worst, worst)
  local received = 'r:' .. choice.rep
  book.received[received] = (book.received[received] or 0) + choice.charge
  book.decisions = book.decisions + 1
  book.charge = math.max(book.charge, choice.charge)
  book.band = math.max(book.band, choice.set.band)
  if override then
    book.overrides = book.overrides + 1
    book.disturbed = choice.set.members
  end
end

function ledger.disturbance(deficits, step)
  -- router/assignment/ledger.py `disturbance`; `step` is the largest charge and band together. Sorts the deficits.
  table.sort(deficits, function(a, b) return a > b end)
  local worst, total, n = 0, 0, #deficits
  for j, deficit in ipairs(deficits) do
    total = total + deficit
    worst = math.max(worst, total - step * j * (n - j) / 2)
  end
  return string.format('%.17g', worst)
end

local function disturbance_of(book, step)
  -- Over the whole pool: after an override.
  local all, fields = {}, redis.call('HGETALL', book.key)
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 2) == 'd:' then all[#all + 1] = tonumber(fields[i + 1]) end
  end
  for i = #all + 1, book.disturbed do all[i] = 0 end
  return ledger.disturbance(all, step)
end

local function write_book(book)
  local fields = {}
  for rep in pairs(book.changed) do
    fields[#fields + 1], fields[#fields + 2] = deficit_field(rep), integer(book.deficits[rep])
    if #fields >= SLICE then
      redis.call('HSET', book.key, unpack(fields))
      fields = {}
    end
  end
  add(book.key, book.received)
  local v = redis.call('HMGET', book.key, 'decisions', 'overrides', 'largest_charge', 'largest_band', 'worst')
  local charge, band = math.max(tonumber(v[3] or 0), book.charge), math.max(tonumber(v[4] or 0), book.band)
  for name, value in pairs({decisions = tonumber(v[1] or 0) + book.decisions, overrides = tonumber(v[2] or 0) +
    book.overrides, largest_charge = charge, largest_band = band, worst = math.max(tonumber(v[5] or 0), book.worst)}) do
    fields[#fields + 1], fields[#fields + 2] = name, integer(value)
  end
  redis.call('HSET', book.key, unpack(fields))
  if book.disturbed then redis.call('HSET', book.key, 'disturbance', disturbance_of(book, charge + band)) end
end

function ledger.write(loads_key)
  -- Writes whatever the call moved.
  add(loads_key, shifted)
  for _, book in pairs(ledgers) do
    if next(book.changed) then write_book(book) end
  end
end

