-- Gives work items their owners: for each job verify, pick by the ledger, write all. One call carries many jobs of one
-- tenant, done in order; one of them that is refused refuses no other.
--
-- KEYS   1 revisions  hash    `rules`, `workforce`: the revisions that decisions must be made by; `rules_mark`,
--                             `workforce_mark`: the links of the events that made them, which no other past has; `format`
--        2 loads      hash    see ledger.lua
--        3 events     stream  the log, see log.lua
--        4 waiting    zset    work items that wait, by the number of their first event
--        5 owned      zset    work items by owner, see item.lua
--        6 …          hash    ledgers, one per pool named in the header
--        then                 per job its item key and, where it has them, its request key, see item.lua and request.lua; the
--                             hash that opens what is sealed in its events, see router/model/sealing.py; and the zset of
--                             work items of its customer
-- ARGV   1 header, msgpack: [rules revision, workforce revision, their marks, seconds to remember a request id, 1 for a preview,
--          pools (ids in the order of the ledger keys), number of candidate sets, number of jobs]
--        then candidate sets, msgpack: [pool ('': none), band, members, reps, weights, limits ({}: none, -1: unlimited),
--          scores ({}: all 0), digest]
--        then per job two: msgpack [item key's place in KEYS, request key's (0: none), fingerprint, item id, kind, mode,
--          expected version, rotation, outcome if nobody has room, attempts {{set, charge}, …}, named rep ('': none), 1 for an
--          override, and, where something in its head is sealed, that hash's place in KEYS, its fields and values, the
--          place of its customer's set (0: none)], and its head, kept unread
-- Returns {'STALE'} if the revisions are others, {'FORMAT', its format} for a store of another format, else per job
--        {status, event number, facts, head, type}: NEW (without head and type), REPEATED and EXISTING carry a decision;
--        REQUEST_ID_REUSED, CONFLICT, CLOSED, FULL, NOBODY (to a WAKE) and LOST (somebody deleted the event) nothing.
--
-- Amounts are micro-units, times milliseconds. What many jobs of a call share is read once, before the first write, and
-- written once, at the end.

local FIRST_LEDGER, DECISION_TYPE = 6, 'decision.2'
local header = cmsgpack.unpack(ARGV[1])
local request_ttl_s, preview, pools, n_sets, n_jobs = header[5], header[6] == 1, header[7], header[8], header[9]

local current = redis.call('HMGET', KEYS[1], 'rules', 'workforce', 'rules_mark', 'workforce_mark', 'format')
local refused = format.refusal(current[5], current[1] or current[2])
if refused then return refused end
if tonumber(current[1] or 0) ~= header[1] or tonumber(current[2] or 0) ~= header[2]
  or (current[3] or '') ~= header[3] or (current[4] or '') ~= header[4] then
  return {'STALE'}
end
log.open(KEYS[3])

local function read_keys(first)
  -- Returns the values of KEYS from a place on, by key; false where there is none.
  local values = {}
  for from = first, #KEYS, SLICE do
    local to = math.min(from + SLICE - 1, #KEYS)
    for i, value in ipairs(redis.call('MGET', unpack(KEYS, from, to))) do values[KEYS[from + i - 1]] = value end
  end
  return values
end

local stored_value = read_keys(FIRST_LEDGER + #pools)
for i, pool in ipairs(pools) do ledger.open(pool, KEYS[FIRST_LEDGER - 1 + i]) end
local sets = {}
for i = 1, n_sets do
  local s = cmsgpack.unpack(ARGV[1 + i])
  local everybody, total = {}, 0
  for k, weight in ipairs(s[5]) do everybody[k], total = k, total + weight end
  sets[i] = {pool = s[1], band = s[2], members = s[3], reps = s[4], weights = s[5], limits = s[6], scores = s[7],
    digest = s[8], everybody = everybody, total = total, limited = #s[6] > 0}
  ledger.read(sets[i])
end

local function choose(job)
  -- Takes the first attempt in which somebody has room. Returns nil if the named rep is full.
  local choice = {rep = '', pool = '', charge = 0, seen = {}, after = {}, proof = {}, stand = {}}
  for a, attempt in ipairs(job.attempts) do
    local set, charge = sets[attempt[1]], attempt[2]
    local eligible, total, full = ledger.look(set, job.kind, KEYS[2])
    local chosen, before, entitlement, after
    if #eligible > 0 then
      chosen, before, entitlement, after = ledger.pick(set, eligible, total, charge, job.rotation, job.named)
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

local function remember(job, number, outcome)
  if job.request > 0 and not preview then
    local answer = {job.fingerprint, number, outcome}
    stored_value[KEYS[job.request]] = cmsgpack.pack(answer)
    request.keep(KEYS[job.request], request_ttl_s, answer)
  end
end

local function earlier(status, number)
  local type, facts, head = log.read(number)
  if not type then return {'LOST'} end
  return {status, number, facts, head, type}
end

local function write_record(job, record)
  local packed = cmsgpack.pack(record)
  stored_value[KEYS[job.item]] = packed
  redis.call('SET', KEYS[job.item], packed)
end

local function write(job, record, choice, outcome, epoch, facts)
  -- Enters a decision; returns its number and its facts.
  local number, stored = log.append(DECISION_TYPE, facts, job.head)
  remember(job, number, outcome)
  if job.personal then
    redis.call('HSET', KEYS[job.personal], unpack(job.openings))
    if job.customer > 0 then redis.call('ZADD', KEYS[job.customer], 0, job.id) end
  end
  local state, owner = record[STATE], record[OWNER]
  record[EVENT] = number
  if choice.rep == '' and owner ~= '' then -- nobody else could take it: the owner stays
    write_record(job, record)
    return number, stored
  end
  if owner ~= '' then
    record[TRIED][#record[TRIED] + 1] = owner
    ledger.shift(owner, record[KIND], -1)
  end
  record[STATE], record[KIND], record[OWNER] = item.next(record, outcome), job.kind, choice.rep
  record[POOL], record[EPOCH] = choice.pool, epoch
  record[VERSION], record[CONTENT], record[DECISION] = number, number, number
  if record[FIRST] == 0 then record[FIRST] = number end
  write_record(job, record)
  item.index(KEYS[4], job.id, state, owner, record)
  if choice.rep ~= '' then ledger.shift(choice.rep, job.kind, 1) end
  if choice.pool ~= '' then ledger.charge(choice, job.override) end
  return number, stored
end

local function do_job(job)
  local known
  if job.request > 0 then known = request.known(stored_value[KEYS[job.request]], job.fingerprint, 3) end
  if known == false then return {'REQUEST_ID_REUSED'} end
  if known then return earlier(known[3] == 'EXISTING_OWNER' and 'EXISTING' or 'REPEATED', known[2]) end
  local packed = stored_value[KEYS[job.item]]
  local record = packed and cmsgpack.unpack(packed) or item.new(job.kind)
  if job.mode ~= 'ROUTE' and (not packed or record[VERSION] ~= job.expected) then return {'CONFLICT'} end
  if job.mode == 'ROUTE' and record[OWNER] ~= '' then
    remember(job, record[DECISION], 'EXISTING_OWNER')
    return earlier('EXISTING', record[DECISION])
  end
  if not item.next(record, job.otherwise) then return {'CLOSED'} end
  local choice = choose(job)
  if not choice then return {'FULL'} end
  if job.mode == 'WAKE' and choice.rep == '' then return {'NOBODY'} end
  local outcome = choice.rep ~= '' and 'ASSIGNED' or job.otherwise
  local epoch = record[EPOCH] + (choice.rep ~= '' and 1 or 0)
  choice.proof[#choice.proof + 1] =
    cmsgpack.pack({outcome, choice.rep, choice.pool, epoch, choice.charge, choice.after})
  local facts = cmsgpack.pack({job.id, job.kind, outcome, choice.rep, choice.pool, epoch, choice.charge,
    choice.seen, choice.stand, redis.sha1hex(table.concat(choice.proof)), record[EVENT],
    choice.rep ~= '' and record[OWNER] or ''})
  if preview then return {'NEW', 0, log.now .. facts} end
  return {'NEW', write(job, record, choice, outcome, epoch, facts)}
end

local answers = {}
for i = 1, n_jobs do
  local place = n_sets + 2 * i
  local j = cmsgpack.unpack(ARGV[place])
  answers[i] = do_job({item = j[1], request = j[2], fingerprint = j[3], id = j[4], kind = j[5], mode = j[6],
    expected = j[7], rotation = j[8], otherwise = j[9], attempts = j[10], named = j[11], override = j[12] == 1,
    personal = j[13], openings = j[14], customer = j[15], head = ARGV[place + 1]})
end
ledger.write(KEYS[2])
item.write_owned(KEYS[5])
return answers
