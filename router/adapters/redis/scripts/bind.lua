-- Gives work items their owners: for each job verify, pick by the ledger, write all. One call carries many jobs of one
-- tenant, done in order.
--
-- KEYS   1 revisions  hash    `rules`, `workforce`: the revisions that decisions must be made by; `rules_mark`,
--                             `workforce_mark`: the links of the events that made them, which no other past has
--        2 loads      hash    `{rep}|{kind}` → open units
--        3 events     stream  the log, see log.lua
--        4 waiting    zset    work items that wait, by the number of their first event
--        5 …          hash    ledgers, one per pool named in the header: `d:{rep}` deficit and `r:{rep}` received,
--                             `decisions`, `overrides`, `largest_charge`, `largest_band`, `worst`, `disturbance`
--        then                 per job its item key (string, msgpack: see `write`) and, where it has one, its request key
--                             (string that expires, msgpack: fingerprint, event number, outcome)
-- ARGV   1 header, msgpack: [rules revision, workforce revision, their marks, seconds to remember a request id, 1 for a preview,
--          pools (ids in the order of the ledger keys), number of candidate sets, number of jobs]
--        then candidate sets, msgpack: [pool ('': none), band, members, reps, weights, limits ({}: none, -1: unlimited),
--          scores ({}: all 0), digest]
--        then per job two: msgpack [item key's place in KEYS, request key's (0: none), fingerprint, item id, kind, mode,
--          expected event, rotation, outcome if nobody has room, attempts {{set, charge}, …}, named rep ('': none), 1 for an
--          override], and its head, kept unread
-- Returns {'STALE'} if the revisions are others, else per job {status, event number, facts, head}: NEW (without the head),
--        REPEATED and EXISTING carry a decision; REQUEST_ID_REUSED, CONFLICT, CLOSED, FULL and NOBODY (to a WAKE) nothing.
--
-- Amounts are micro-units, times milliseconds. What many jobs of a call share is read once, before the first write, and
-- written once, at the end.

local header = cmsgpack.unpack(ARGV[1])
local request_ttl_s, preview, pools, n_sets, n_jobs = header[5], header[6] == 1, header[7], header[8], header[9]

local current = redis.call('HMGET', KEYS[1], 'rules', 'workforce', 'rules_mark', 'workforce_mark')
if tonumber(current[1] or 0) ~= header[1] or tonumber(current[2] or 0) ~= header[2]
  or (current[3] or '') ~= header[3] or (current[4] or '') ~= header[4] then
  return {'STALE'}
end
log.open(KEYS[3])
local now_ms = clock_ms()

local SLICE = 1000 -- arguments of one command; unpack() takes at most some thousands
local CLOSED = {CONVERTED = true, DISQUALIFIED = true, CLOSED = true}

local function read_keys(first)
  -- Returns the values of KEYS from a place on, by key; false where there is none.
  local values = {}
  for from = first, #KEYS, SLICE do
    local to = math.min(from + SLICE - 1, #KEYS)
    for i, value in ipairs(redis.call('MGET', unpack(KEYS, from, to))) do values[KEYS[from + i - 1]] = value end
  end
  return values
end

local stored_value = read_keys(5 + #pools)

-- ----------------------------------------------------------------------------------------------------------- what is known

local ledgers, loads = {}, {} -- by pool; by kind, then rep
local shifted = {} -- `{rep}|{kind}` → units gained since the call began, written at its end
for i, pool in ipairs(pools) do
  ledgers[pool] = {key = KEYS[4 + i], deficits = {}, changed = {}, received = {}, decisions = 0, overrides = 0, charge = 0,
    band = 0, worst = 0}
end

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

local function deficit_field(rep) return 'd:' .. rep end

local sets = {}
for i = 1, n_sets do
  local s = cmsgpack.unpack(ARGV[1 + i])
  local everybody, total = {}, 0
  for k, weight in ipairs(s[5]) do everybody[k], total = k, total + weight end
  sets[i] = {pool = s[1], band = s[2], members = s[3], reps = s[4], weights = s[5], limits = s[6], scores = s[7],
    digest = s[8], everybody = everybody, total = total, limited = #s[6] > 0}
  if s[1] ~= '' then fetch(ledgers[s[1]].key, s[4], deficit_field, ledgers[s[1]].deficits, {}) end
end

local function open_units(set, kind)
  -- Returns the open units of a set's reps, by rep; read once per kind.
  local known = loads[kind]
  if not known then
    known = {}
    loads[kind] = known
  end
  if set.read_for ~= kind then
    fetch(KEYS[2], set.reps, function(rep) return rep .. '|' .. kind end, known, shifted)
    set.read_for = kind
  end
  return known
end

-- ---------------------------------------------------------------------------------------------------------------- choosing

local NOBODY_FULL = {}

local function look(set, kind)
  -- Returns the places of those with room, the sum of their weights, and {place from 0, open units} of the full.
  if not set.limited then return set.everybody, set.total, NOBODY_FULL end
  local open, limits, reps = open_units(set, kind), set.limits, set.reps
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

local function pick(set, eligible, total, charge, rotation, named)
  -- The ledger: router/assignment/ledger.py `pick`, line by line. Returns the chosen place in `eligible` (nil: the named rep is not
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

local function choose(job)
  -- Takes the first attempt in which somebody has room. Returns nil if the named rep is full.
  local choice = {rep = '', pool = '', charge = 0, seen = {}, after = {}, proof = {}, stand = {}}
  for a, attempt in ipairs(job.attempts) do
    local set, charge = sets[attempt[1]], attempt[2]
    local eligible, total, full = look(set, job.kind)
    local chosen, before, entitlement, after
    if #eligible > 0 then
      chosen, before, entitlement, after = pick(set, eligible, total, charge, job.rotation, job.named)
      if not chosen then return nil end
    end
    local seen = {before or {}, full}
    choice.seen[a] = seen
    choice.proof[#choice.proof + 1] = set.digest
    choice.proof[#choice.proof + 1] = cmsgpack.pack(seen)
    if chosen then
      local k = eligible[chosen]
      choice.set, choice.eligible, choice.after = set, eligible, after
      choice.rep, choice.pool, choice.charge = set.reps[k], set.pool, charge
      choice.stand = {entitlement, before[chosen], after[chosen], set.scores[k] or 0}
      break
    end
  end
  if job.named ~= '' and choice.rep == '' then return nil end
  return choice
end

-- ----------------------------------------------------------------------------------------------------------------- writing

local function set_key(place, value, ttl_s)
  stored_value[KEYS[place]] = value
  if ttl_s then
    redis.call('SET', KEYS[place], value, 'EX', ttl_s)
  else
    redis.call('SET', KEYS[place], value)
  end
end

local function stored_decision(number)
  local fields = redis.call('XRANGE', KEYS[3], integer(number) .. '-0', integer(number) .. '-0')[1][2]
  return fields[4], fields[6]
end

local function remember(job, number, outcome)
  if job.request > 0 and not preview then
    set_key(job.request, cmsgpack.pack({job.fingerprint, number, outcome}), request_ttl_s)
  end
end

local function shift_load(rep, kind, by)
  local field = rep .. '|' .. kind
  shifted[field] = (shifted[field] or 0) + by
  if loads[kind] and loads[kind][rep] then loads[kind][rep] = loads[kind][rep] + by end
end

local function charge_ledger(choice, override)
  local ledger, reps, after, worst = ledgers[choice.pool], choice.set.reps, choice.after, 0
  for e, k in ipairs(choice.eligible) do
    local rep, deficit = reps[k], after[e]
    ledger.deficits[rep], ledger.changed[rep] = deficit, true
    if deficit > worst then worst = deficit elseif -deficit > worst then worst = -deficit end
  end
  ledger.worst = math.max(ledger.worst, worst)
  local received = 'r:' .. choice.rep
  ledger.received[received] = (ledger.received[received] or 0) + choice.charge
  ledger.decisions = ledger.decisions + 1
  ledger.charge = math.max(ledger.charge, choice.charge)
  ledger.band = math.max(ledger.band, choice.set.band)
  if override then
    ledger.overrides = ledger.overrides + 1
    ledger.disturbed = choice.set.members
  end
end

local function write(job, record, choice, outcome, epoch, facts)
  -- The item's record: {state, kind, owner, pool, epoch, event, decision, first, tried}
  local number, state = log.append('decision', facts, job.head), outcome == 'WAITING' and 'QUEUED' or outcome
  remember(job, number, outcome)
  local owned = record and record[3] ~= ''
  if choice.rep == '' and owned then
    record[6] = number -- nobody else could take it: the owner stays
    set_key(job.item, cmsgpack.pack(record))
    return number
  end
  local tried = record and record[9] or {}
  if owned then
    tried[#tried + 1] = record[3]
    shift_load(record[3], record[2], -1)
  end
  local first = record and record[8] or number
  set_key(job.item, cmsgpack.pack({state, job.kind, choice.rep, choice.pool, epoch, number, number, first, tried}))
  if state == 'QUEUED' then
    redis.call('ZADD', KEYS[4], first, job.id)
  elseif record and record[1] == 'QUEUED' then
    redis.call('ZREM', KEYS[4], job.id)
  end
  if choice.rep ~= '' then shift_load(choice.rep, job.kind, 1) end
  if choice.pool ~= '' then charge_ledger(choice, job.override) end
  return number
end

local function disturbance(ledger, largest_charge, largest_band)
  -- router/assignment/ledger.py `disturbance`, over the whole pool: after an override.
  local all, fields = {}, redis.call('HGETALL', ledger.key)
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 2) == 'd:' then all[#all + 1] = tonumber(fields[i + 1]) end
  end
  for i = #all + 1, ledger.disturbed do all[i] = 0 end
  table.sort(all, function(a, b) return a > b end)
  local worst, total, n = 0, 0, #all
  for j, deficit in ipairs(all) do
    total = total + deficit
    worst = math.max(worst, total - (largest_charge + largest_band) * j * (n - j) / 2)
  end
  return worst
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

local function write_ledger(ledger)
  local fields = {}
  for rep in pairs(ledger.changed) do
    fields[#fields + 1], fields[#fields + 2] = deficit_field(rep), integer(ledger.deficits[rep])
    if #fields >= SLICE then
      redis.call('HSET', ledger.key, unpack(fields))
      fields = {}
    end
  end
  add(ledger.key, ledger.received)
  local v = redis.call('HMGET', ledger.key, 'decisions', 'overrides', 'largest_charge', 'largest_band', 'worst')
  local charge, band = math.max(tonumber(v[3] or 0), ledger.charge), math.max(tonumber(v[4] or 0), ledger.band)
  for name, value in pairs({decisions = tonumber(v[1] or 0) + ledger.decisions, overrides = tonumber(v[2] or 0) +
    ledger.overrides, largest_charge = charge, largest_band = band, worst = math.max(tonumber(v[5] or 0), ledger.worst)}) do
    fields[#fields + 1], fields[#fields + 2] = name, integer(value)
  end
  redis.call('HSET', ledger.key, unpack(fields))
  if ledger.disturbed then
    redis.call('HSET', ledger.key, 'disturbance', string.format('%.17g', disturbance(ledger, charge, band)))
  end
end

-- ---------------------------------------------------------------------------------------------------------------- the jobs

local function do_job(job)
  local known = job.request > 0 and stored_value[KEYS[job.request]]
  if known then
    local request = cmsgpack.unpack(known)
    if request[1] ~= job.fingerprint or #request < 3 then return {'REQUEST_ID_REUSED'} end
    local facts, head = stored_decision(request[2])
    return {request[3] == 'EXISTING_OWNER' and 'EXISTING' or 'REPEATED', request[2], facts, head}
  end
  local packed = stored_value[KEYS[job.item]]
  local record = packed and cmsgpack.unpack(packed)
  if job.mode ~= 'ROUTE' and (not record or record[6] ~= job.expected) then return {'CONFLICT'} end
  if job.mode == 'ROUTE' and record and record[3] ~= '' then
    remember(job, record[7], 'EXISTING_OWNER')
    local facts, head = stored_decision(record[7])
    return {'EXISTING', record[7], facts, head}
  end
  if record and CLOSED[record[1]] then return {'CLOSED'} end
  local choice = choose(job)
  if not choice then return {'FULL'} end
  if job.mode == 'WAKE' and choice.rep == '' then return {'NOBODY'} end
  local outcome = choice.rep ~= '' and 'ASSIGNED' or job.otherwise
  local epoch = (record and record[5] or 0) + (choice.rep ~= '' and 1 or 0)
  choice.proof[#choice.proof + 1] =
    cmsgpack.pack({outcome, choice.rep, choice.pool, epoch, choice.charge, choice.after})
  local facts = cmsgpack.pack({now_ms, job.id, job.kind, outcome, choice.rep, choice.pool, epoch, choice.charge,
    choice.seen, choice.stand, redis.sha1hex(table.concat(choice.proof)), record and record[6] or 0,
    choice.rep ~= '' and record and record[3] or ''})
  return {'NEW', preview and 0 or write(job, record, choice, outcome, epoch, facts), facts}
end

local answers = {}
for i = 1, n_jobs do
  local place = n_sets + 2 * i
  local j = cmsgpack.unpack(ARGV[place])
  answers[i] = do_job({item = j[1], request = j[2], fingerprint = j[3], id = j[4], kind = j[5], mode = j[6],
    expected = j[7], rotation = j[8], otherwise = j[9], attempts = j[10], named = j[11], override = j[12] == 1,
    head = ARGV[place + 1]})
end
add(KEYS[2], shifted)
for _, ledger in pairs(ledgers) do
  if next(ledger.changed) then write_ledger(ledger) end
end
return answers
