-- The ledgers and the units of work that reps have open: a job is given to whom it is due, among those with room.
--
-- A ledger is a hash, one per pool: `d:{rep}` deficit and `r:{rep}` received in micro-units, `a:{rep}` and `o:{rep}` what of that was
-- received apart and by override, `decisions`, `overrides`, `largest_charge`, `largest_band`, `worst`, `disturbance`; of a pool that credits leaves also `c:{rep}` what is left of a
-- credit, `l:{rep}` for what it is, see `credit_state`, `recent`, msgpack: who got the last decisions, and `counted`: how many decisions there were with
-- the last of them; of one that offers its work `p:{rep}` what they are charged for open offers of theirs, `e:{rep}` what they are entitled
-- to in open offers, `largest_offered` and `largest_entitled` the largest there ever were. `loads` is a hash
-- `{place}|{kind}` → open units, the place being `{rep}`, `{pool}/{rep}` for what they have of a pool, or `{pool}/` for all of a
-- pool; and `{rep}|offers` → the offers that they have open. `presence` is a
-- hash rep → until when they are away, in milliseconds since the epoch, 0: until told otherwise; who is not in it is there. A
-- candidate set is {pool, band, members, reps, weights, limits, scores, digest, caps, share, terms}: see bind.lua.

local TOTALS = {'decisions', 'overrides', 'largest_charge', 'largest_band', 'worst'}
local OVERRIDE, APART = 1, 2 -- ways into the ledger, router/model/decision.py; 0: the ledger chose

local books = {} -- by pool
local taken = 0  -- units that anybody took in this call

local function credit_state(stored)
  -- router/model/records.py `CreditState`.
  local until_ms, entry, expire_ms = string.match(stored or '0 0 0', '^(%d+) (%d+) (%d+)$')
  return {until_ms = tonumber(until_ms), entry = tonumber(entry), expire_ms = tonumber(expire_ms)}
end

local function open_ledger(pool, key) books[pool] = amounts_of(key) end

local function has_caps(set) return set[9] and set[9] ~= '' end

local function candidate_set(set, mark)
  -- Takes a candidate set as it was sent, and has its deficits read with the others'.
  local present, fields, reps, book = {}, {}, set[4], books[set[1]]
  for k = 1, #reps do present[k], fields[k] = k, 'd:' .. reps[k] end
  local credits, share = {}, book and (set[10] or 0) > 0 and set[10]
  if book then
    book.members = set[3]
    want_amounts(book, TOTALS)
    want_amounts(book, fields)
  end
  if share then
    book.credits_leaves = true
    want_amounts(book, {'counted'})
    for k = 1, #reps do credits[k] = 'c:' .. reps[k] end
    want_amounts(book, credits)
  end
  local taken_apart = {pool = set[1], band = set[2], reps = reps, weights = set[5], limits = set[6], scores = set[7], digest = set[8],
    share = share, credits = credits,
    book = book, fields = fields, present = present, away = NONE, blocked = NONE}
  if has_caps(set) then caps.open(taken_apart, set[9], mark) end
  if share then use_credits() end
  return taken_apart
end

local function read_presence(key, sets)
  -- Reads who is away, if anybody ever was.
  if redis.call('EXISTS', key) == 0 then return end
  use_presence()
  for _, set in ipairs(sets) do
    local untils, reps = {}, set.reps
    for from = 1, #reps, SLICE do
      local stored = redis.call('HMGET', key, unpack(reps, from, math.min(from + SLICE - 1, #reps)))
      for i = 1, #stored do untils[from + i - 1] = stored[i] end
    end
    set_apart(set, untils)
  end
end

local function read_ledgers(sets)
  if caps then caps.read(sets) end
  read_amounts(loads)
  for _, book in pairs(books) do
    read_amounts(book)
    if book.credits_leaves and not book.recent then
      local recent = redis.call('HGET', book.key, 'recent')
      local is_of_last = recent and book.now.counted == book.now.decisions -- else others came while nobody was credited
      book.recent = is_of_last and cmsgpack.unpack(recent) or {}
    end
  end
end

local function add_units(rep, pool, kind, by)
  add_amount(loads, rep .. '|' .. kind, by)
  if pool ~= '' then
    add_amount(loads, pool .. '/' .. rep .. '|' .. kind, by)
    add_amount(loads, pool .. '/|' .. kind, by)
  end
end

local function shift_worked(rep, pool, kind, by) add_units(rep, pool, kind .. BEHIND_WORKED, by) end

local function shift_load(rep, pool, kind, by)
  add_units(rep, pool, kind, by)
  if caps then touched[#touched + 1] = rep end
  taken = taken + math.max(by, 0)
end

local function want_loads(set, kind)
  -- Has read what a set's candidates have open of a kind.
  if set.kind == kind then return end
  local fields = {}
  for k, rep in ipairs(set.reps) do fields[k] = rep .. '|' .. kind end
  want_amounts(loads, fields)
  set.kind, set.loads, set.enough = kind, fields, taken
end

local function count_room(set, kind)
  -- Counts how many units may be taken before anybody of a set can be full: until then nobody need look again.
  want_loads(set, kind)
  if #loads.wanted > 0 then read_amounts(loads) end
  local least, units = math.huge, loads.now
  for k, limit in ipairs(set.limits) do
    local room = limit - units[set.loads[k]]
    if limit >= 0 and room < least then least = room end
  end
  set.enough = taken + least
end

local function with_room(set, kind, named, amounts, record, way)
  -- Returns the places of those with room, {place from 0, open units} of the full, and {place from 0, code, detail, amount} of
  -- who has no room for another reason: who is full is not asked for one, who is away not for their caps, who has reached
  -- one not for their credit. Who was named by a person need not be there, and may have more than their caps and their
  -- credit allow. `amounts` is the attempt, see caps.lua; `record` is where the job stands; `way` is that into the ledger.
  local is_limited, is_wanted = #set.limits > 0, set.away[named] or set.share and anybody_has_their_share(set)
  if is_limited and (set.kind ~= kind or taken >= set.enough) then count_room(set, kind) end
  local reached = set.caps and caps.blocks_of(set, amounts, set.pool == record[POOL], record[WORKED] == 1)
  local kept = set.not_offered and way == 0 and named == '' and set.not_offered(set, record)
  if not is_wanted and not reached and not kept and not (is_limited and taken >= set.enough) then
    return set.present, NONE, set.blocked
  end
  local eligible, full, blocked, served = {}, {}, {}, {}
  for k, rep in ipairs(set.reps) do
    local limit, until_ms = set.limits[k] or -1, set.away[rep]
    local units = limit >= 0 and loads.now[set.loads[k]]
    if units and units >= limit then
      full[#full + 1] = {k - 1, units}
    elseif until_ms and rep ~= named then
      blocked[#blocked + 1] = {k - 1, 'AWAY', until_ms, 0}
    elseif reached and reached[k] and rep ~= named then
      blocked[#blocked + 1] = reached[k]
    elseif kept and kept[k] then
      blocked[#blocked + 1] = kept[k]
    elseif set.share and rep ~= named and received_lately(set, k) then
      served[#served + 1] = k
    else
      eligible[#eligible + 1] = k
    end
  end
  if #eligible == 0 then return served, full, blocked end -- rather they than nobody
  for _, k in ipairs(served) do blocked[#blocked + 1] = {k - 1, 'CREDIT_SHARE', set.share, received_lately(set, k)} end
  if #served > 0 then table.sort(blocked, function(a, b) return a[1] < b[1] end) end
  return eligible, full, blocked
end

local function shares_of(set, eligible, charge)
  -- Returns each one's share of a charge, and their sum; kept where everybody who is there has room, as the next job mostly
  -- has the same.
  if eligible == set.present and charge == set.charge then return set.shares, set.sum end
  local weights, total, shares, sum = set.weights, 0, {}, 0
  for e = 1, #eligible do total = total + weights[eligible[e]] end
  for e = 1, #eligible do
    shares[e] = math.floor(charge * weights[eligible[e]] / total)
    sum = sum + shares[e]
  end
  if eligible == set.present then set.charge, set.shares, set.sum = charge, shares, sum end
  return shares, sum
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

local function pick(set, eligible, charge, rotation, named, way)
  -- router/assignment/ledger.py `pick`. Returns the chosen place in `eligible` (nil: the named rep is not there), the
  -- deficits before, the chosen rep's entitlement, and the deficits after.
  local shares, sum = shares_of(set, eligible, charge)
  local now, fields = set.book and set.book.now or NONE, set.fields
  local size = math.min(#shares, SLICE) -- from the start: growing costs more than filling
  local before, after = {unpack(shares, 1, size)}, {unpack(shares, 1, size)}
  local top, chosen, is_tie = -math.huge, nil, false
  for e = 1, #eligible do
    local deficit = now[fields[eligible[e]]] or 0
    local claim = deficit + shares[e]
    before[e], after[e] = deficit, claim
    if claim > top then top, chosen, is_tie = claim, e, false elseif claim == top then is_tie = true end
  end
  if named ~= '' then
    chosen = nil
    for e = 1, #eligible do
      if set.reps[eligible[e]] == named then chosen = e end
    end
    if not chosen then return nil end
  elseif is_tie or set.band > 0 then
    chosen = best(set, eligible, after, top, rotation)
  end
  if way == APART then return chosen, before, charge, before end
  local entitlement = shares[chosen] + charge - sum
  after[chosen] = before[chosen] + entitlement - charge
  return chosen, before, entitlement, after
end

local function charge_ledger(choice, way)
  -- Returns how much of a credit it uses.
  local set, eligible, after = choice.set, choice.eligible, choice.after
  local book, fields, worst = set.book, set.fields, 0
  -- nobody asks what the next two are: not worth reading
  redis.call('HINCRBY', book.key, 'r:' .. choice.rep, choice.charge)
  if way ~= 0 then redis.call('HINCRBY', book.key, (way == APART and 'a:' or 'o:') .. choice.rep, choice.charge) end
  if way == APART then return 0 end
  if way ~= OVERRIDE and book.disturbed then measure(book) end
  local now, changed = book.now, book.changed
  for e = 1, #eligible do
    local field, deficit = fields[eligible[e]], after[e]
    now[field], changed[field] = deficit, true
    if deficit > worst then worst = deficit elseif -deficit > worst then worst = -deficit end
  end
  add_amount(book, 'decisions', 1)
  raise_amount(book, 'largest_charge', choice.charge)
  raise_amount(book, 'largest_band', set.band)
  raise_amount(book, 'worst', worst)
  if way == OVERRIDE then
    add_amount(book, 'overrides', 1)
    use_disturbance()
    book.disturbed = true
  end
  return set.share and count_credit(choice) or 0
end

local function write_ledgers()
  -- Writes whatever the call moved.
  write_amounts(loads)
  if caps then caps.write() end
  for _, book in pairs(books) do
    if book.disturbed then measure(book) end
    if book.peaks then raise_to_peaks(book, 'largest_offered') end
    write_amounts(book)
    if book.is_counted then redis.call('HSET', book.key, 'recent', cmsgpack.pack(book.recent)) end
    if book.disturbance then redis.call('HSET', book.key, 'disturbance', book.disturbance) end
  end
end
