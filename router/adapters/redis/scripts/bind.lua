-- Gives work items their owners: for each job verify, pick by the ledger, write all. One call carries many jobs of one
-- tenant, done in order; one of them that is refused refuses no other.
--
-- KEYS   1 revisions  hash    `rules`, `workforce`, `processes`: the revisions that decisions must be made by; `rules_mark`,
--                             `workforce_mark`, `processes_mark`: the links of the events that made them, which no other past has; `format`
--        2 loads      hash    see ledger.lua
--        3 events     stream  the log, see log.lua
--        4 waiting    zset    work items that wait, by the number of their first event
--        5 owned      zset    work items by owner, see item.lua
--        6 presence   hash    see ledger.lua
--        7 counts     hash    see caps.lua
--        8 headroom   hash    see caps.lua
--        9 …          hash    ledgers, one per pool named in the header
--        then                 per job its item key and, where it has them, its request key, see item.lua and request.lua; the
--                             hash that opens what is sealed in its events, see router/model/sealing.py; and the zset of
--                             work items of its customer, and those of whom it joins and leaves
--        last         string  what this very call was answered, should it have been here before: its connection broke before
--                             the reply. It expires; a preview has none
-- ARGV   1 header, msgpack: [rules revision, workforce revision, their marks, seconds to remember a request id, 1 for a preview,
--          pools (ids in the order of the ledger keys), number of candidate sets, number of jobs, and, where it is planned by what
--          processes say, the revision of these and its mark]
--        then candidate sets, msgpack: [pool ('': none), band, members, reps, weights, limits ({}: none, -1: unlimited),
--          scores ({}: all 0), digest; where it has caps or its pool credits leaves, the list of its caps, msgpack once more, see caps.lua; and
--          where its pool credits leaves, how many of its last decisions somebody with a credit may have (0: it credits none); and
--          where its pool offers its work, the terms, msgpack [1 to one, 2 to many, offers that a rep may have open, milliseconds until one lapses
--          (0: never), clock, lapses until a rep is set away (0: never), band of what many are offered (-1: all of them have it)]]
--        then per job two: msgpack [item key's place in KEYS, request key's (0: none), fingerprint, item id, kind, mode,
--          expected version (of an ESCALATE or a RAISE its last event of all; of a ROUTE 0: any, -1: none, and only where nobody owns it), rotation, outcome if nobody has room, attempts {{set, charge, where the set has caps: units, value}, …}, named rep ('': none), the way
--          into the ledger, see ledger.lua, the place of the key that all spellings of its source and external id lead to (0: it is its own); where it is planned for some instants only, the first of these, in
--          milliseconds since the epoch, and that behind the last, else, where more follows, two 0; and, where something in its head is sealed or it moves among customers, {that hash's place in KEYS, its
--          fields and values, the place of its customer's set (0: none), and, where it moves, those of the customers that it joins
--          and leaves (0: none)}, else, where more follows, false; and to an UPDATE or a RAISE {what changed {…}, 1 if it is decided
--          anew, actor, head of that event, the stage that it enters: revision of its process and id (0 and '': none), the state in which that closes
--          it ('': none)}, else, where more follows, false; and, where it is reopened or comes with a stage, {revision that the processes must
--          have, and, where what follows from its first event is not so, revision and stage that it enters}], and its head, kept unread
-- Returns {'STALE'} if the revisions are others, {'FORMAT', its format} for a store of another format, else per job
--        {status, event number, facts, head, type}: NEW (without head and type), REPEATED, EXISTING_OFFER and EXISTING_OWNER, behind which
--        stand epoch, pool and owner where it was offered first, carry a decision;
--        KNOWN_AS the id that the work item has, spelt otherwise; REQUEST_ID_REUSED, CONFLICT, CLOSED, FULL, NOBODY (to a
--        WAKE or an ESCALATE), STALE_PROCESSES and LOST (somebody deleted the event) nothing; MOVED the time, which a job is not planned for; UPDATED the number of that
--        event (0 for a preview) and, where it was decided anew, that of the decision, and its facts.
--
-- Amounts are micro-units, times milliseconds. What many jobs of a call share is read once, before the first write, and
-- written once, at the end.

local DECISION_TYPE, UPDATE_TYPE = 'decision.3', 'updated.2'
local FIRST_LEDGER = 9
local ITEM_KEY, REQUEST_KEY, FINGERPRINT, ID, JOB_KIND, MODE, EXPECTED, ROTATION = 1, 2, 3, 4, 5, 6, 7, 8 -- of a job
local OTHERWISE, ATTEMPTS, NAMED, WAY, NORMAL_KEY = 9, 10, 11, 12, 13
local SINCE, UNTIL, SEALED, CHANGE, ENTERS = 14, 15, 16, 17, 18
local PERSONAL, OPENINGS, CUSTOMER, JOINS, LEAVES = 1, 2, 3, 4, 5 -- of what is sealed
local CHANGED, IS_DECIDED, CHANGED_BY, CHANGE_HEAD, REVISION, TO_STAGE, CLOSES = 1, 2, 3, 4, 5, 6, 7 -- of an update

local header = cmsgpack.unpack(ARGV[1])
local request_ttl_s, preview, pools, n_sets, n_jobs = header[5], header[6] == 1, header[7], header[8], header[9]
local processes, processes_mark = header[10], header[11]

local current = redis.call('HMGET', KEYS[1], 'rules', 'workforce', 'rules_mark', 'workforce_mark', 'format', 'processes',
  'processes_mark')
local refused = refuse_format(current[5], current[1] or current[2])
if refused then return refused end
open_log(KEYS[3])
local stored_value = {} -- by key; false where there is none
for from = FIRST_LEDGER + #pools, #KEYS, SLICE do
  local values = redis.call('MGET', unpack(KEYS, from, math.min(from + SLICE - 1, #KEYS)))
  for i, value in ipairs(values) do stored_value[KEYS[from + i - 1]] = value end
end
local call_key = not preview and KEYS[#KEYS]
local before = call_key and answered_before(stored_value[call_key])
if before then return before end
if tonumber(current[1] or 0) ~= header[1] or tonumber(current[2] or 0) ~= header[2]
  or (current[3] or '') ~= header[3] or (current[4] or '') ~= header[4]
  or processes and (tonumber(current[6] or 0) ~= processes or (current[7] or '') ~= processes_mark) then
  return {'STALE'}
end

for i, pool in ipairs(pools) do open_ledger(pool, KEYS[FIRST_LEDGER - 1 + i]) end
local sets = {}
for i = 1, n_sets do
  local set = cmsgpack.unpack(ARGV[1 + i])
  if has_caps(set) and not caps then use_caps(KEYS[7], KEYS[8]) end
  sets[i] = candidate_set(set, header[4])
end
loads = amounts_of(KEYS[2])
for _, set in ipairs(sets) do
  if set.held then
    use_offers()
    want_amounts(loads, set.held)
  end
end
local jobs = {}
for i = 1, n_jobs do
  local job = cmsgpack.unpack(ARGV[n_sets + 2 * i])
  jobs[i] = job
  local first = sets[job[ATTEMPTS][1] and job[ATTEMPTS][1][1]]
  if first and #first.limits > 0 then want_loads(first, job[JOB_KIND]) end
end
read_ledgers(sets)
read_presence(KEYS[6], sets)

local function choose(job, record)
  -- Takes the first attempt in which somebody has room. Returns nil if the named rep is full. `record` is where the job stands.
  local choice = {set = nil, eligible = nil, rep = '', pool = '', charge = 0, seen = '', proof = '', attempts = 0,
    after = {}, stand = {}}
  for a, attempt in ipairs(job[ATTEMPTS]) do
    local set, charge = sets[attempt[1]], attempt[2]
    local eligible, full, blocked = with_room(set, job[JOB_KIND], job[NAMED], attempt, record, job[WAY])
    local chosen, before, entitlement, after
    if #eligible > 0 then
      chosen, before, entitlement, after = pick(set, eligible, charge, job[ROTATION], job[NAMED], job[WAY])
      if not chosen then return nil end
    end
    local seen = cmsgpack.pack(#blocked > 0 and {before or {}, full, blocked} or {before or {}, full})
    choice.attempts, choice.seen, choice.proof = a, choice.seen .. seen, choice.proof .. set.digest .. seen
    local is_offered = chosen and set.dispatch and job[WAY] == 0 and job[NAMED] == ''
    if is_offered and set.dispatch.to_many then
      choice.set, choice.charge, choice.audience, choice.offers = set, charge, audience_of(set, eligible, before, charge), true
      break
    end
    if chosen then
      local k = eligible[chosen]
      choice.before, choice.offers = before, is_offered
      choice.set, choice.eligible, choice.after, choice.place = set, eligible, after, k
      choice.rep, choice.pool, choice.charge, choice.attempt = set.reps[k], set.pool, charge, attempt
      choice.stand = {entitlement, before[chosen], after[chosen], set.scores[k] or 0}
      break
    end
  end
  if job[NAMED] ~= '' and choice.rep == '' then return nil end
  return choice
end

local kept = {} -- keys of items, each followed by what it is to hold: written at the end, in this order

local function remember(job, number, outcome)
  if job[REQUEST_KEY] > 0 and not preview then
    local key = KEYS[job[REQUEST_KEY]]
    stored_value[key] = keep_answer(key, request_ttl_s, {job[FINGERPRINT], number, outcome})
  end
end

local function lead(key, id)
  -- Has a key lead to a work item.
  local packed, n = cmsgpack.pack(id), #kept
  stored_value[key], kept[n + 1], kept[n + 2] = packed, key, packed
end

local function known_as(job, record)
  -- Returns the id of the work item that a job is about where that is another one: its own key, or that of all spellings,
  -- leads there. From then on its own does.
  if type(record) == 'string' then return record end
  local normal_key = not record and KEYS[job[NORMAL_KEY]]
  local packed = normal_key and stored_value[normal_key]
  if not packed then return nil end
  local id = cmsgpack.unpack(packed)
  if type(id) ~= 'string' then id = string.sub(normal_key, #KEYS[job[ITEM_KEY]] - #job[ID] + 1) end -- it is its own
  if id == job[ID] then return nil end
  if not preview then lead(KEYS[job[ITEM_KEY]], id) end
  return id
end

local function keep_openings(job, first)
  -- Keeps what opens what is sealed in a job's events, and whose work item it is. `first` is the number of its first event.
  local sealed = job[SEALED]
  if not sealed then return end
  if (sealed[LEAVES] or 0) > 0 then leave_customer(KEYS[sealed[LEAVES]], job[ID]) end
  if (sealed[JOINS] or 0) > 0 then join_customer(KEYS[sealed[JOINS]], job[ID], first) end
  if #sealed[OPENINGS] == 0 then return end
  redis.call('HSET', KEYS[sealed[PERSONAL]], unpack(sealed[OPENINGS]))
  if sealed[CUSTOMER] > 0 then keep_sealed_of(KEYS[sealed[CUSTOMER]], job[ID]) end
end

local function keep_record(job, record)
  local key, packed, n = KEYS[job[ITEM_KEY]], cmsgpack.pack(record), #kept
  stored_value[key], kept[n + 1], kept[n + 2] = packed, key, packed
end

local function write(job, head, record, choice, outcome, epoch, facts)
  -- Enters a decision; returns its number and its facts.
  local number, stored = append_event(DECISION_TYPE, facts, head)
  if not job[CHANGE] then
    remember(job, number, outcome)
    keep_openings(job, record[FIRST] > 0 and record[FIRST] or number)
  end
  local state, owner, pool = record[STATE], record[OWNER], record[POOL]
  if job.left then moved[job.left] = false end
  local stays = not choice.set and (owner ~= '' or state == 'OFFERED') -- nobody else could take it
  record[EVENT] = number
  if not stays then
    if owner ~= '' then record[TRIED][#record[TRIED] + 1] = owner end
    record[STATE], record[OWNER], record[POOL], record[EPOCH] = next_state(record, outcome), choice.rep, choice.pool, epoch
    if choice.offers then record[OWNER], record[POOL] = '', '' end
    if outcome == 'ASSIGNED' then clear(record, REFUSED) end
    record[VERSION], record[CONTENT], record[DECISION] = number, number, number
    local enters = job[ENTERS]
    if enters and enters[3] then enter_stage(record, enters[2], enters[3], number, record[FIRST] > 0 and number or 0) end
    if record[FIRST] == 0 then record[FIRST] = number end
    index_item(KEYS[4], job[ID], state, owner, record)
    local covered = record[COVERED] or ''
    if job[MODE] ~= 'COVER' then cover(record, job[ID], '') elseif covered == '' then cover(record, job[ID], owner) end
    if owner ~= '' then shift_load(owner, pool, record[KIND], -1) end
    if record[WORKED] == 1 then
      shift_worked(owner, pool, record[KIND], -1)
      record[WORKED] = 0
    end
    record[KIND] = job[JOB_KIND]
    if choice.rep ~= '' then
      shift_load(choice.rep, choice.pool, record[KIND], 1)
      if choice.set.caps then caps.count(choice.set, choice.place, choice.attempt) end
    end
    local used = choice.pool ~= '' and charge_ledger(choice, job[WAY]) or 0
    if choice.offers then keep_offer(job[ID], record, choice, number, used) end
  end
  keep_record(job, record)
  local normal_key = KEYS[job[NORMAL_KEY]]
  if normal_key and not stored_value[normal_key] then lead(normal_key, job[ID]) end
  return number, stored
end

local function reopen(job, record)
  -- Has a closed work item stand as if it had just come, and keeps the place in the index of owners that it leaves; false: it
  -- is not closed.
  local received = next_state(record, 'REOPENED')
  if not received then return false end
  job.left = place_in_owned(record[OWNER], record[STATE], record[FIRST], job[ID])
  if record[OWNER] ~= '' then record[TRIED][#record[TRIED] + 1] = record[OWNER] end
  record[STATE], record[OWNER], record[POOL] = received, '', ''
  clear(record, REFUSED)
  return true
end

local function standing_offer(job, record)
  -- Returns the offer that a job's work item stands in; nil: it stands in none.
  if record[STATE] ~= 'OFFERED' then return nil end
  use_offers()
  use_answers()
  return offer_entry(job[ID])
end

local function decide(job, head, record)
  -- Chooses an owner and enters the decision; returns the answer.
  local owner = record[OWNER]
  local offer = standing_offer(job, record) -- who else could have it is chosen as if it were not
  if offer then begin_undoing(offer) end
  local choice = choose(job, record)
  if offer and (preview or not (choice and choice.set)) then
    give_up_undoing(offer)
  elseif offer then
    journal = nil
  end
  if not choice then return {'FULL'} end
  local is_found = choice.set ~= nil
  local is_told = not record[ANSWERED] or record[ANSWERED] < record[DECISION] -- that nobody is left who might accept it
  if not is_found and (job[MODE] == 'WAKE' and is_told or job[MODE] == 'ESCALATE') then return {'NOBODY'} end
  local outcome = choice.offers and 'OFFERED' or is_found and 'ASSIGNED' or job[OTHERWISE]
  local epoch = record[EPOCH] + (outcome == 'ASSIGNED' and 1 or 0)
  if offer and is_found and not preview then
    write_undone(job[ID], record, offer, 'RESCINDED', {because = job[NAMED] ~= '' and 'OVERRIDE' or 'REASSIGNED'})
  end
  local proof = choice.proof .. cmsgpack.pack({outcome, choice.rep, choice.pool, epoch, choice.charge, choice.after})
  local facts = array(12) .. cmsgpack.pack(job[ID], job[JOB_KIND], outcome, choice.rep, choice.pool, epoch, choice.charge)
    .. array(choice.attempts) .. choice.seen
    .. cmsgpack.pack(choice.stand, redis.sha1hex(proof), record[EVENT], is_found and owner or '')
  if preview then return {'NEW', 0, log.now .. facts} end
  return {'NEW', write(job, head, record, choice, outcome, epoch, facts)}
end

local function update(job, head, record)
  -- Enters what a work item is from now on, and decides it anew where the job says so; returns the answer. What it was offered
  -- as it is no more: its offer is rescinded first.
  local change, number = job[CHANGE], 0
  local offer = standing_offer(job, record)
  if offer then begin_undoing(offer) end
  if preview then
    if offer then record[STATE] = next_state(record, 'RESCINDED') end
    local decided = change[IS_DECIDED] == 0 and {} or decide(job, head, record)
    if offer then give_up_undoing(offer) end
    return {'UPDATED', 0, decided[2], decided[3]}
  end
  if offer then
    journal = nil
    write_undone(job[ID], record, offer, 'RESCINDED', {actor = change[CHANGED_BY], because = 'UPDATED'})
  end
  number = append_event(UPDATE_TYPE, cmsgpack.pack({job[ID], record[KIND], record[OWNER], record[POOL], record[EPOCH],
    record[EVENT], change[CHANGED], change[IS_DECIDED], change[CHANGED_BY], change[REVISION], change[TO_STAGE]}), change[CHANGE_HEAD])
  remember(job, number)
  keep_openings(job, record[FIRST])
  record[EVENT], record[VERSION], record[CONTENT] = number, number, number
  if change[TO_STAGE] ~= '' then enter_stage(record, change[REVISION], change[TO_STAGE], number) end
  if change[CLOSES] ~= '' then
    use_offers() -- with them comes `key_of`
    use_closing()
    close_item(job[ID], record, change[CLOSES], change[CHANGED_BY], KEYS[4], key_of('dated'))
  end
  keep_record(job, record)
  if change[IS_DECIDED] == 0 then return {'UPDATED', number} end
  local decided = decide(job, head, record)
  return {'UPDATED', number, decided[2], decided[3]}
end

local function existing_owner(record)
  -- Returns the status of an answer that somebody owns a work item: with whom, since when it is another than the decision says,
  -- for it was offered first.
  if (record[ANSWERED] or 0) < record[DECISION] then return 'EXISTING_OWNER' end
  return table.concat({'EXISTING_OWNER', integer(record[EPOCH]), record[POOL], record[OWNER]}, ' ')
end

local function do_job(job, head)
  local mode, expected = job[MODE], job[EXPECTED]
  local known
  if job[REQUEST_KEY] > 0 then known = known_answer(stored_value[KEYS[job[REQUEST_KEY]]], job[FINGERPRINT], job[CHANGE] and 2 or 3) end
  if known == false then return {'REQUEST_ID_REUSED'} end
  if known and job[CHANGE] then return {'UPDATED', known[2]} end
  if known then
    local is_existing = string.sub(known[3] or '', 1, 9) == 'EXISTING_'
    return earlier(is_existing and known[3] or 'REPEATED', known[2])
  end
  local packed = stored_value[KEYS[job[ITEM_KEY]]]
  local record = packed and cmsgpack.unpack(packed)
  local other = mode == 'ROUTE' and known_as(job, record)
  if other then return {'KNOWN_AS', other} end
  record = record or new_record(job[JOB_KIND])
  local version = packed and record[(mode == 'ESCALATE' or mode == 'RAISE') and EVENT or VERSION]
  if mode ~= 'ROUTE' and version ~= expected then return {'CONFLICT'} end
  if mode == 'REOPEN' and not reopen(job, record) then return {'CONFLICT'} end
  local owner = record[OWNER]
  if mode == 'ROUTE' and owner ~= '' then
    local existing = existing_owner(record)
    remember(job, record[DECISION], existing)
    return earlier(existing, record[DECISION])
  end
  if mode == 'ROUTE' and record[STATE] == 'OFFERED' then
    remember(job, record[DECISION], 'EXISTING_OFFER')
    return earlier('EXISTING_OFFER', record[DECISION])
  end
  if not next_state(record, job[OTHERWISE]) then return {'CLOSED'} end
  if mode == 'ROUTE' and expected ~= 0 and (version or -1) ~= expected then return {'CONFLICT'} end
  if (job[UNTIL] or 0) > 0 and (log.now_ms < job[SINCE] or log.now_ms >= job[UNTIL]) then return {'MOVED', log.now_ms} end
  if job[ENTERS] and tonumber(current[6] or 0) ~= job[ENTERS][1] then return {'STALE_PROCESSES'} end
  if mode == 'UPDATE' or mode == 'RAISE' then return update(job, head, record) end
  return decide(job, head, record)
end

local answers, newest = {}, log.number
for i, job in ipairs(jobs) do answers[i] = do_job(job, ARGV[n_sets + 2 * i + 1]) end
if not preview then
  for from = 1, #kept, SLICE do redis.call('MSET', unpack(kept, from, math.min(from + SLICE - 1, #kept))) end
  write_ledgers()
  if next(changed_offers) then write_offers() end
  write_owned(KEYS[5])
end
if call_key and log.number > newest then keep_answers(call_key, answers) end
return answers
