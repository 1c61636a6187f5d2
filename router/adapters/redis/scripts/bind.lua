-- Gives work items their owners: for each job verify, pick by the ledger, write all. One call carries many jobs of one tenant, done in order.
--
-- KEYS   1 revisions  hash    `rules`, `workforce`: the revisions that decisions must be made by; `event`: number of the latest event
--        2 loads      hash    `{rep}|{kind}` → open units
--        3 events     stream  the log; id `{number}-0`, fields `type`, `facts`, `head`
--        4 …          hash    ledgers, one per pool named in the header: `d:{rep}` deficit and `r:{rep}` received in micro-units,
--                             `decisions`, `overrides`, `largest_charge`, `largest_band`, `worst`, `disturbance`
--        then                 per job its item key (string, msgpack record) and, where it has one, its request key (string, msgpack)
-- ARGV   1 header, msgpack: [rules revision, workforce revision, seconds to remember a request id, 1 for a preview,
--          pools (ids in the order of the ledger keys), number of candidate sets, number of jobs]
--        then candidate sets, msgpack: [pool ('' for none), band, members, reps, weights, limits ({} none, -1 unlimited), scores ({} all 0), digest]
--        then per job two: msgpack [item key's place in KEYS, request key's (0: none), fingerprint, item id, kind, mode, expected event,
--          rotation, outcome if nobody has room, attempts {{set, charge}, …}, named rep, 1 for an override], and its head, kept unread
-- Returns {'STALE'} if the revisions are others, else per job {status, event number, facts, head}: NEW, REPEATED and EXISTING carry a
--        decision, REQUEST_ID_REUSED, CONFLICT and FULL nothing. Amounts are micro-units, times milliseconds.

local header = cmsgpack.unpack(ARGV[1])
local request_ttl_s, preview, pools, n_sets, n_jobs = header[3], header[4] == 1, header[5], header[6], header[7]

local current = redis.call('HMGET', KEYS[1], 'rules', 'workforce', 'event')
if tonumber(current[1] or 0) ~= header[1] or tonumber(current[2] or 0) ~= header[2] then
  return {'STALE'}
end
local last_event = tonumber(current[3] or 0)
local clock = redis.call('TIME')
local now_ms = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- ------------------------------------------------------------------------------------------------------- what is known

local sets, ledger_key, deficits, stats, loads = {}, {}, {}, {}, {}
for i = 1, n_sets do
  local s = cmsgpack.unpack(ARGV[1 + i])
  sets[i] = {pool = s[1], band = s[2], members = s[3], reps = s[4], weights = s[5], limits = s[6], scores = s[7], digest = s[8]}
end
for i, pool in ipairs(pools) do
  ledger_key[pool], deficits[pool] = KEYS[3 + i], {}
end

local SLICE = 1000 -- arguments of one command; unpack() takes at most some thousands

local function fetch(key, names, fields, known)
  -- Reads the fields that are not known yet, under their names; a missing one is 0.
  local missing_names, missing_fields = {}, {}
  for i, name in ipairs(names) do
    if known[name] == nil then
      missing_names[#missing_names + 1], missing_fields[#missing_fields + 1] = name, fields(name)
    end
  end
  for from = 1, #missing_fields, SLICE do
    local to = math.min(from + SLICE - 1, #missing_fields)
    local values = redis.call('HMGET', key, unpack(missing_fields, from, to))
    for i = from, to do
      known[missing_names[i]] = tonumber(values[i - from + 1] or 0)
    end
  end
end

local function deficit_field(rep) return 'd:' .. rep end

local function known_stats(pool)
  if not stats[pool] then
    local v = redis.call('HMGET', ledger_key[pool], 'decisions', 'overrides', 'largest_charge', 'largest_band', 'worst')
    stats[pool] = {decisions = tonumber(v[1] or 0), overrides = tonumber(v[2] or 0), largest_charge = tonumber(v[3] or 0),
      largest_band = tonumber(v[4] or 0), worst = tonumber(v[5] or 0), received = {}, changed = {}}
  end
  return stats[pool]
end

-- ------------------------------------------------------------------------------------------------------------- choosing

local function look(set, kind)
  -- Returns the places of those with room, their deficits, and {place from 0, open units} of the full.
  local open = loads[kind]
  if not open then
    open = {}
    loads[kind] = open
  end
  local eligible, full = {}, {}
  if #set.limits > 0 then
    fetch(KEYS[2], set.reps, function(rep) return rep .. '|' .. kind end, open)
    for k, rep in ipairs(set.reps) do
      if set.limits[k] < 0 or open[rep] < set.limits[k] then
        eligible[#eligible + 1] = k
      else
        full[#full + 1] = {k - 1, open[rep]}
      end
    end
  else
    for k = 1, #set.reps do eligible[k] = k end
  end
  local before = {}
  if set.pool ~= '' then
    local known = deficits[set.pool]
    fetch(ledger_key[set.pool], set.reps, deficit_field, known)
    for e, k in ipairs(eligible) do before[e] = known[set.reps[k]] end
  else
    for e = 1, #eligible do before[e] = 0 end
  end
  return eligible, before, full
end

local function pick(set, eligible, before, charge, rotation, named)
  -- The ledger: router/ledger.py `pick`, line by line. Returns the chosen place in `eligible` (nil: the named rep is not there),
  -- the entitlements and the deficits afterwards.
  local n, total = #eligible, 0
  for e = 1, n do total = total + set.weights[eligible[e]] end
  local shares, claims, sum, top = {}, {}, 0, nil
  for e = 1, n do
    local share = math.floor(charge * set.weights[eligible[e]] / total)
    shares[e], claims[e], sum = share, before[e] + share, sum + share
    if top == nil or claims[e] > top then top = claims[e] end
  end
  local chosen
  if named ~= '' then
    for e = 1, n do
      if set.reps[eligible[e]] == named then chosen = e end
    end
    if not chosen then return nil end
  else
    local scores, best_score = set.scores, nil
    for step = 0, n - 1 do
      local e = (rotation + step) % n + 1
      if claims[e] >= top - set.band then
        local score = scores[eligible[e]] or 0
        if not chosen or score > best_score or (score == best_score and claims[e] > claims[chosen]) then
          chosen, best_score = e, score
        end
      end
    end
  end
  shares[chosen] = shares[chosen] + charge - sum
  local after = {}
  for e = 1, n do after[e] = before[e] + shares[e] end
  after[chosen] = after[chosen] - charge
  return chosen, shares, after
end

local function choose(job)
  -- Takes the first attempt in which somebody has room. Returns nil if the named rep is full.
  local choice = {rep = '', pool = '', charge = 0, seen = {}, after = {}, proof = {}}
  for a, attempt in ipairs(job.attempts) do
    local set, charge = sets[attempt[1]], attempt[2]
    local eligible, before, full = look(set, job.kind)
    local seen = {before, full}
    choice.seen[a] = seen
    choice.proof[#choice.proof + 1] = set.digest
    choice.proof[#choice.proof + 1] = cmsgpack.pack(seen)
    if #eligible > 0 then
      local chosen, shares, after = pick(set, eligible, before, charge, job.rotation, job.named)
      if not chosen then return nil end
      local k = eligible[chosen]
      choice.set, choice.eligible, choice.after = set, eligible, after
      choice.rep, choice.pool, choice.charge = set.reps[k], set.pool, charge
      choice.stand = {shares[chosen], before[chosen], after[chosen], set.scores[k] or 0}
      break
    end
  end
  if job.named ~= '' and choice.rep == '' then return nil end
  return choice
end

-- -------------------------------------------------------------------------------------------------------------- writing

local function append(kind, facts, head)
  last_event = redis.call('HINCRBY', KEYS[1], 'event', 1)
  redis.call('XADD', KEYS[3], string.format('%.0f-0', last_event), 'type', kind, 'facts', facts, 'head', head)
  return last_event
end

local function stored(number)
  local fields = redis.call('XRANGE', KEYS[3], string.format('%.0f-0', number), string.format('%.0f-0', number))[1][2]
  return fields[4], fields[6]
end

local function remember(job, number, outcome)
  if job.request > 0 and not preview then
    redis.call('SET', KEYS[job.request], cmsgpack.pack({job.fingerprint, number, outcome}), 'EX', request_ttl_s)
  end
end

local function charge_ledger(choice, override)
  local known, stat = deficits[choice.pool], known_stats(choice.pool)
  for e, k in ipairs(choice.eligible) do
    local rep = choice.set.reps[k]
    known[rep], stat.changed[rep] = choice.after[e], true
    stat.worst = math.max(stat.worst, math.abs(choice.after[e]))
  end
  stat.received[choice.rep] = (stat.received[choice.rep] or 0) + choice.charge
  stat.decisions = stat.decisions + 1
  stat.largest_charge = math.max(stat.largest_charge, choice.charge)
  stat.largest_band = math.max(stat.largest_band, choice.set.band)
  if override then stat.overrides = stat.overrides + 1 end
end

local function flush(pool)
  -- Writes what changed in a pool's ledger.
  local stat, key = stats[pool], ledger_key[pool]
  local fields = {}
  for rep in pairs(stat.changed) do
    fields[#fields + 1], fields[#fields + 2] = deficit_field(rep), string.format('%.0f', deficits[pool][rep])
    if #fields >= SLICE then
      redis.call('HSET', key, unpack(fields))
      fields = {}
    end
  end
  if #fields > 0 then redis.call('HSET', key, unpack(fields)) end
  for rep, charge in pairs(stat.received) do
    redis.call('HINCRBY', key, 'r:' .. rep, string.format('%.0f', charge))
  end
  redis.call('HSET', key, 'decisions', string.format('%.0f', stat.decisions), 'overrides', string.format('%.0f', stat.overrides),
    'largest_charge', string.format('%.0f', stat.largest_charge), 'largest_band', string.format('%.0f', stat.largest_band),
    'worst', string.format('%.0f', stat.worst))
  stat.changed, stat.received = {}, {}
end

local function disturb(pool, members)
  -- router/ledger.py `disturbance`, over the whole pool: after an override.
  flush(pool)
  local stat, all, fields = stats[pool], {}, redis.call('HGETALL', ledger_key[pool])
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 2) == 'd:' then all[#all + 1] = tonumber(fields[i + 1]) end
  end
  for i = #all + 1, members do all[i] = 0 end
  table.sort(all, function(a, b) return a > b end)
  local worst, total, n = 0, 0, #all
  for j, deficit in ipairs(all) do
    total = total + deficit
    worst = math.max(worst, total - (stat.largest_charge + stat.largest_band) * j * (n - j) / 2)
  end
  redis.call('HSET', ledger_key[pool], 'disturbance', string.format('%.17g', worst))
end

local function shift_load(rep, kind, by)
  local units = redis.call('HINCRBY', KEYS[2], rep .. '|' .. kind, by)
  if loads[kind] and loads[kind][rep] then loads[kind][rep] = units end
end

-- ------------------------------------------------------------------------------------------------------------- the jobs

local STATE = {ASSIGNED = 'ASSIGNED', WAITING = 'QUEUED', UNROUTED = 'UNROUTED'}

local function write(job, record, choice, outcome, epoch, facts)
  -- Item record: {state, kind, owner, pool, epoch, event, decision, first, tried}
  local number = append('decision', facts, job.head)
  remember(job, number, outcome)
  if choice.rep == '' and record and record[3] ~= '' then
    record[6] = number -- nobody else could take it: the owner stays
    redis.call('SET', KEYS[job.item], cmsgpack.pack(record))
    return number
  end
  local tried = record and record[9] or {}
  if record and record[3] ~= '' then tried[#tried + 1] = record[3] end
  local first = record and record[8] or number
  redis.call('SET', KEYS[job.item],
    cmsgpack.pack({STATE[outcome], job.kind, choice.rep, choice.pool, epoch, number, number, first, tried}))
  if choice.rep ~= '' then
    if record and record[3] ~= '' then shift_load(record[3], record[2], -1) end
    shift_load(choice.rep, job.kind, 1)
    if choice.pool ~= '' then
      charge_ledger(choice, job.override)
      if job.override then disturb(choice.pool, choice.set.members) end
    end
  end
  return number
end

local function do_job(job)
  if job.request > 0 then
    local known = redis.call('GET', KEYS[job.request])
    if known then
      local request = cmsgpack.unpack(known)
      if request[1] ~= job.fingerprint or #request < 3 then return {'REQUEST_ID_REUSED'} end
      local facts, head = stored(request[2])
      return {request[3] == 'EXISTING_OWNER' and 'EXISTING' or 'REPEATED', request[2], facts, head}
    end
  end
  local packed = redis.call('GET', KEYS[job.item])
  local record = packed and cmsgpack.unpack(packed)
  if job.mode == 'REASSIGN' and (not record or record[6] ~= job.expected) then return {'CONFLICT'} end
  if job.mode == 'ROUTE' and record and record[3] ~= '' then
    remember(job, record[7], 'EXISTING_OWNER')
    local facts, head = stored(record[7])
    return {'EXISTING', record[7], facts, head}
  end
  local choice = choose(job)
  if not choice then return {'FULL'} end
  local outcome = choice.rep ~= '' and 'ASSIGNED' or job.otherwise
  local epoch = (record and record[5] or 0) + (choice.rep ~= '' and 1 or 0)
  choice.proof[#choice.proof + 1] = cmsgpack.pack({outcome, choice.rep, choice.pool, epoch, choice.charge, choice.after})
  local facts = cmsgpack.pack({now_ms, job.id, job.kind, outcome, choice.rep, choice.pool, epoch, choice.charge, choice.seen,
    choice.stand or {}, redis.sha1hex(table.concat(choice.proof)), record and record[6] or 0})
  local number = 0
  if not preview then number = write(job, record, choice, outcome, epoch, facts) end
  return {'NEW', number, facts, job.head}
end

local answers = {}
for i = 1, n_jobs do
  local place = 1 + n_sets + 2 * i - 1
  local j = cmsgpack.unpack(ARGV[place])
  answers[i] = do_job({item = j[1], request = j[2], fingerprint = j[3], id = j[4], kind = j[5], mode = j[6], expected = j[7],
    rotation = j[8], otherwise = j[9], attempts = j[10], named = j[11], override = j[12] == 1, head = ARGV[place + 1]})
end
for pool in pairs(stats) do
  if next(stats[pool].changed) then flush(pool) end
end
return answers
