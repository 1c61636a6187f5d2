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

local FIRST_LEDGER = 9

local header = cmsgpack.unpack(ARGV[1])
local pools, n_sets, n_jobs = header[7], header[8], header[9]
request_ttl_s, preview = header[5], header[6] == 1
local processes, processes_mark = header[10], header[11]

local current = redis.call('HMGET', KEYS[1], 'rules', 'workforce', 'rules_mark', 'workforce_mark', 'format', 'processes',
  'processes_mark')
local refused = refuse_format(current[5], current[1] or current[2])
if refused then return refused end
open_log(KEYS[3])
processes_now = tonumber(current[6] or 0)
for from = FIRST_LEDGER + #pools, #KEYS, SLICE do
  local values = redis.call('MGET', unpack(KEYS, from, math.min(from + SLICE - 1, #KEYS)))
  for i, value in ipairs(values) do stored_value[KEYS[from + i - 1]] = value end
end
local call_key = not preview and KEYS[#KEYS]
if call_key and stored_value[call_key] then
  use_repeats()
  return answered_before(stored_value[call_key])
end
if tonumber(current[1] or 0) ~= header[1] or tonumber(current[2] or 0) ~= header[2]
  or (current[3] or '') ~= header[3] or (current[4] or '') ~= header[4]
  or processes and (processes_now ~= processes or (current[7] or '') ~= processes_mark) then
  return {'STALE'}
end

for i, pool in ipairs(pools) do open_ledger(pool, KEYS[FIRST_LEDGER - 1 + i]) end
loads = amounts_of(KEYS[2])
for i = 1, n_sets do
  local set = cmsgpack.unpack(ARGV[1 + i])
  if has_caps(set) and not caps then use_caps(KEYS[7], KEYS[8]) end
  sets[i] = candidate_set(set, header[4])
  if set[11] then
    use_offers()
    open_offering(sets[i], set[11])
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

local function do_job(job, head)
  local request = job[REQUEST_KEY] > 0 and stored_value[KEYS[job[REQUEST_KEY]]]
  local packed, normal_key = stored_value[KEYS[job[ITEM_KEY]]], KEYS[job[NORMAL_KEY]]
  local is_known = request or packed or normal_key and stored_value[normal_key]
  if not is_known and not job[SEALED] and not job[ENTERS] then return do_plain(job, head) end
  use_changes()
  return do_known(job, head, request, packed)
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
