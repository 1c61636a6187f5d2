-- What a job of bind.lua is, and how the plain one is done: of a work item that is new. What others need is in changes.lua.

local DECISION_TYPE, UPDATE_TYPE = 'decision.3', 'updated.2'
local ITEM_KEY, REQUEST_KEY, FINGERPRINT, ID, JOB_KIND, MODE, EXPECTED, ROTATION = 1, 2, 3, 4, 5, 6, 7, 8 -- of a job
local OTHERWISE, ATTEMPTS, NAMED, WAY, NORMAL_KEY = 9, 10, 11, 12, 13
local SINCE, UNTIL, SEALED, CHANGE, ENTERS = 14, 15, 16, 17, 18
local PERSONAL, OPENINGS, CUSTOMER, JOINS, LEAVES = 1, 2, 3, 4, 5 -- of what is sealed
local CHANGED, IS_DECIDED, CHANGED_BY, CHANGE_HEAD, REVISION, TO_STAGE, CLOSES = 1, 2, 3, 4, 5, 6, 7 -- of an update

local preview, request_ttl_s, processes_now = false, 0, 0 -- as the header says, and the store
local stored_value = {} -- by key; false where there is none
local sets = {}         -- candidate sets
local kept = {}         -- keys of items, each followed by what it is to hold: written at the end, in this order

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

local function keep_record(job, record)
  local key, packed, n = KEYS[job[ITEM_KEY]], cmsgpack.pack(record), #kept
  stored_value[key], kept[n + 1], kept[n + 2] = packed, key, packed
end

local function write(job, head, record, choice, outcome, epoch, facts)
  -- Enters a decision; returns its number and its facts. A job that is not plain brings `keep_beside` and `let_go` of changes.lua.
  local number, stored = append_event(DECISION_TYPE, facts, head)
  local state, owner = record[STATE], record[OWNER]
  if not job[CHANGE] then remember(job, number, outcome) end
  if job.keep_beside then job.keep_beside(job, record, number) end
  record[EVENT] = number
  if choice.set or (owner == '' and state ~= 'OFFERED') then -- else it stays where it is: nobody else could take it
    if job.let_go then job.let_go(job, record, outcome, number) end
    record[STATE], record[OWNER], record[POOL], record[EPOCH] = next_state(record, outcome), choice.rep, choice.pool, epoch
    if choice.offers then record[OWNER], record[POOL] = '', '' end
    record[VERSION], record[CONTENT], record[DECISION] = number, number, number
    if record[FIRST] == 0 then record[FIRST] = number end
    index_item(KEYS[4], job[ID], state, owner, record)
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

local function enter(job, head, record, choice)
  -- Enters who was chosen, or that nobody can be; returns the answer. `choice` as `choose` returns it.
  if not choice then return {'FULL'} end
  local is_found, owner = choice.set ~= nil, record[OWNER]
  local is_told = not record[ANSWERED] or record[ANSWERED] < record[DECISION] -- that nobody is left who might accept it
  if not is_found and (job[MODE] == 'WAKE' and is_told or job[MODE] == 'ESCALATE') then return {'NOBODY'} end
  local outcome = choice.offers and 'OFFERED' or is_found and 'ASSIGNED' or job[OTHERWISE]
  local epoch = record[EPOCH] + (outcome == 'ASSIGNED' and 1 or 0)
  local proof = choice.proof .. cmsgpack.pack({outcome, choice.rep, choice.pool, epoch, choice.charge, choice.after})
  local facts = array(12) .. cmsgpack.pack(job[ID], job[JOB_KIND], outcome, choice.rep, choice.pool, epoch, choice.charge)
    .. array(choice.attempts) .. choice.seen
    .. cmsgpack.pack(choice.stand, redis.sha1hex(proof), record[EVENT], is_found and owner or '')
  if preview then return {'NEW', 0, log.now .. facts} end
  return {'NEW', write(job, head, record, choice, outcome, epoch, facts)}
end

local function refuse_job(job)
  -- Returns why a job is not done, which was planned for another time or by other processes; nil: it is.
  if (job[UNTIL] or 0) > 0 and (log.now_ms < job[SINCE] or log.now_ms >= job[UNTIL]) then return {'MOVED', log.now_ms} end
  if job[ENTERS] and processes_now ~= job[ENTERS][1] then return {'STALE_PROCESSES'} end
end

local function do_plain(job, head)
  -- Does a job of a work item that nothing is known of, and nothing is to be kept of beside its record.
  if job[MODE] ~= 'ROUTE' or job[EXPECTED] > 0 then return {'CONFLICT'} end
  local refused, record = refuse_job(job), new_record(job[JOB_KIND])
  return refused or enter(job, head, record, choose(job, record))
end
