-- Answers open offers: somebody accepts or declines each. One call carries many jobs of one tenant, done in order; one that is
-- refused refuses no other.
--
-- KEYS   1 revisions, 2 loads, 3 events, 4 waiting, 5 owned, 6 presence, 7 counts, 8 headroom: as in bind.lua; then per job its item's
--        key and, where it has them, its request's key, the hash that opens what is sealed in the item's events, and the zset of
--        its customer's work items; see offers.lua for the keys of offers and ledgers
-- ARGV   1 header, msgpack: [seconds to remember a request id, 1 for a preview]
--        then per job four: msgpack [item id, ACCEPTED or DECLINED, who answers, number of the offer, the item key's place in KEYS, request key's
--          (0: none), fingerprint, actor ('': nobody is asked who they are), place of the hash of openings, of the customer's set (0: none),
--          fields and values of what opens the reason {…}]; the reason, sealed, kept unread ('': none); of an acceptance of what many
--          were offered msgpack [rules revision, workforce revision, their marks, the first instant that it is planned for in
--          ms since 1970, that behind the last (0: any), units and value that it counts under caps], else ''; and the candidate set of who
--          accepts, as in bind.lua, else ''
-- Returns {'FORMAT', its format}, or per job {'DONE', item record, newest revision of the processes, its mark (0 and '': there is none), number,
--        type, facts, head, number, …} with the decisions that hold its attributes, chose its owner and are its first event, each once (also for a repeated request, and for who has it by this offer
--        already); or {'NOT_FOUND'}, {'KNOWN_AS', the id that the item has, spelt otherwise}, {'NOT_OPEN'}: it was answered, or is somebody
--        else's, {'OF_MANY', kind, pool, number of the event with its attributes}: it is accepted, many have it, and how it is entered is
--        not said, {'FULL'}: who accepts has no room, {'STALE'}, {'MOVED', now in ms}: planned by other revisions, for another time,
--        {'REQUEST_ID_REUSED'}.

local FIRST_KEY = 9

local current = redis.call('HMGET', KEYS[1], 'rules', 'workforce', 'rules_mark', 'workforce_mark', 'format', 'processes', 'processes_mark')
local refused = refuse_format(current[5], current[1] or current[2])
if refused then return refused end
local header = cmsgpack.unpack(ARGV[1])
local request_ttl_s, preview = header[1], header[2] == 1
open_log(KEYS[3])
loads = amounts_of(KEYS[2])
local jobs, ids, reps = {}, {}, {}
for at = 2, #ARGV, 4 do
  local job, n = cmsgpack.unpack(ARGV[at]), #jobs + 1
  jobs[n], ids[n], reps[n] = job, job[1], job[3]
end
read_offers(ids)
read_lapses(reps)
local stored_value = {} -- by key; false where there is none
for from = FIRST_KEY, #KEYS, SLICE do
  local values = redis.call('MGET', unpack(KEYS, from, math.min(from + SLICE - 1, #KEYS)))
  for i, value in ipairs(values) do stored_value[KEYS[from + i - 1]] = value end
end
local kept = {} -- keys of items, each followed by what it is to hold: written at the end, in this order

local function tell(reply, event)
  local n, form, facts, head = #reply, read_event(event)
  if form then reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4] = event, form, facts, head end
end

local function done(record, packed)
  -- `packed` is the record as it is stored.
  local reply = {'DONE', packed, current[6] or 0, current[7] or ''}
  local content, decision, first = record[CONTENT], record[DECISION], record[FIRST]
  tell(reply, content)
  if decision ~= content then tell(reply, decision) end
  if first ~= content and first ~= decision then tell(reply, first) end
  return reply
end

local function entering(record, entry, said, sent)
  -- Returns the candidate set of who accepts what many were offered, and the attempt; nil and the answer where it cannot be.
  local planned = cmsgpack.unpack(said)
  if tonumber(current[1] or 0) ~= planned[1] or tonumber(current[2] or 0) ~= planned[2] or (current[3] or '') ~= planned[3]
    or (current[4] or '') ~= planned[4] then
    return nil, {'STALE'}
  end
  if planned[6] > 0 and (log.now_ms < planned[5] or log.now_ms >= planned[6]) then return nil, {'MOVED', log.now_ms} end
  local packed = cmsgpack.unpack(sent)
  book_of(entry[O_POOL])
  if has_caps(packed) and not caps then use_caps(KEYS[7], KEYS[8]) end
  local set, attempt = candidate_set(packed, planned[4]), {1, entry[O_CHARGE], planned[7], planned[8]}
  if #set.limits > 0 then want_loads(set, record[KIND]) end
  read_ledgers({set})
  local _, full, blocked = with_room(set, record[KIND], '', attempt, record, OVERRIDE)
  if #set.reps == 0 or #full > 0 or (blocked[1] and blocked[1][2] == 'REACHED_CAP') then return nil, {'FULL'} end
  return set, attempt
end

local function choice_of(set, attempt, entry, rep)
  -- Returns how it enters the ledger: of all who have it, for the one who accepts; and in which way.
  local reps, weights, fields, present = {}, {}, {}, {}
  for i = 1, #entry[O_AUDIENCE], 2 do
    local n = #reps + 1
    reps[n], weights[n], present[n], fields[n] = entry[O_AUDIENCE][i], entry[O_AUDIENCE][i + 1], n, 'd:' .. entry[O_AUDIENCE][i]
  end
  want_amounts(set.book, fields)
  read_amounts(set.book)
  local everybody = {book = set.book, pool = set.pool, band = 0, reps = reps, weights = weights, fields = fields, present = present,
    scores = {}, share = set.share, credits = {}}
  local chosen, before, entitlement, after = pick(everybody, present, entry[O_CHARGE], 0, rep, OVERRIDE)
  local shares, top = shares_of(everybody, present, entry[O_CHARGE]), -math.huge
  for e = 1, #reps do top = math.max(top, before[e] + shares[e]) end
  local is_within = entry[O_BAND] >= 0 and before[chosen] + shares[chosen] >= top - entry[O_BAND]
  if is_within then everybody.band = entry[O_BAND] end
  local choice = {set = everybody, eligible = present, rep = rep, charge = entry[O_CHARGE], after = after, before = before, attempt = attempt,
    stand = {entitlement, before[chosen], after[chosen], 0}, entitled = {}}
  for e = 1, #reps do
    choice.entitled[2 * e - 1], choice.entitled[2 * e] = reps[e], e == chosen and entitlement or after[e] - before[e]
  end
  return choice, is_within and 0 or OVERRIDE
end

local function own(id, record, entry, rep, event)
  -- Has a rep own the work item.
  close_offer(id, record, entry, event, 'ASSIGNED')
  record[OWNER], record[POOL], record[EPOCH] = rep, entry[O_POOL], record[EPOCH] + 1
  put(record, REFUSED, {})
end

local function accept_own(id, record, entry, rep, actor)
  release(book_of(entry[O_POOL]), entry)
  local said = {rep = rep, charge = entry[O_CHARGE], way = 'GREEDY', workforce = tonumber(current[2]), actor = actor}
  own(id, record, entry, rep, append_answer(id, record, entry, 'ACCEPTED', said))
end

local function accept_of_many(id, record, entry, rep, actor, set, attempt, workforce)
  local choice, way = choice_of(set, attempt, entry, rep)
  local event = append_answer(id, record, entry, 'ACCEPTED', {rep = rep, charge = entry[O_CHARGE], way = way == 0 and 'GREEDY' or 'OVERRIDE',
    entitled = choice.entitled, workforce = workforce, actor = actor})
  own(id, record, entry, rep, event)
  shift_load(rep, set.pool, record[KIND], 1)
  if set.caps then caps.count(set, 1, attempt) end
  charge_ledger(choice, way)
end

local function decline(id, record, entry, rep, place, said)
  if entry[O_REP] == '' and #entry[O_AUDIENCE] > 2 then
    said.stays = 1
    record[EVENT] = append_answer(id, record, entry, 'DECLINED', said)
    table.remove(entry[O_AUDIENCE], 2 * place)
    table.remove(entry[O_AUDIENCE], 2 * place - 1)
    set_offer(id, cmsgpack.pack(entry))
    moved_offers['r' .. rep .. behind_in_offered(entry[O_NUMBER], id)] = false
  else
    undo_offer(entry)
    write_undone(id, record, entry, 'DECLINED', said)
  end
  refuse_offer(record, {rep})
end

local function foretold(record, entry, rep, is_accepted)
  -- Has a record stand as it would behind an answer.
  if is_accepted then
    record[STATE], record[OWNER], record[POOL], record[EPOCH] = 'ASSIGNED', rep, entry[O_POOL], record[EPOCH] + 1
    clear(record, OFFER)
    clear(record, REFUSED)
  elseif entry[O_REP] ~= '' or #entry[O_AUDIENCE] == 2 then
    record[STATE] = 'QUEUED'
    clear(record, OFFER)
  end
end

local function answer_one(job, reason, said, sent)
  local id, answer, rep, number, item_place, request_place, fingerprint, actor, personal, customer, openings = unpack(job)
  local item_key, request_key, known = KEYS[item_place], KEYS[request_place], nil
  if request_key then known = known_answer(stored_value[request_key], fingerprint, 2) end
  if known == false then return {'REQUEST_ID_REUSED'} end
  local packed = stored_value[item_key]
  if not packed then return {'NOT_FOUND'} end
  local record, is_accepted = cmsgpack.unpack(packed), answer == 'ACCEPTED'
  if type(record) == 'string' then return {'KNOWN_AS', record} end
  local has_it = record[STATE] == 'ASSIGNED' and record[OWNER] == rep and record[DECISION] == number and (record[ANSWERED] or 0) > number
  if known or (is_accepted and has_it) then return done(record, packed) end
  if record[STATE] ~= 'OFFERED' or record[OFFER][1] ~= number then return {'NOT_OPEN'} end
  local entry, place = offer_entry(id), nil -- among those who have it
  for i, holder in ipairs(holders_of(entry)) do
    if holder == rep then place = i end
  end
  if not place then return {'NOT_OPEN'} end
  local set, attempt
  if is_accepted and entry[O_REP] == '' then
    if said == '' then return {'OF_MANY', record[KIND], entry[O_POOL], record[CONTENT]} end
    set, attempt = entering(record, entry, said, sent)
    if not set then return attempt end
  end
  if preview then
    foretold(record, entry, rep, is_accepted)
    return done(record, cmsgpack.pack(record))
  end
  if not is_accepted then
    decline(id, record, entry, rep, place, {rep = rep, actor = actor, head = reason})
  elseif set then
    accept_of_many(id, record, entry, rep, actor, set, attempt, cmsgpack.unpack(said)[2])
  else
    accept_own(id, record, entry, rep, actor)
  end
  forget_lapses(rep)
  packed = cmsgpack.pack(record)
  stored_value[item_key], kept[#kept + 1], kept[#kept + 2] = packed, item_key, packed
  index_item(KEYS[4], id, 'OFFERED', '', record)
  if #openings > 0 then
    redis.call('HSET', KEYS[personal], unpack(openings))
    if customer > 0 then keep_sealed_of(KEYS[customer], id) end
  end
  if request_key then stored_value[request_key] = keep_answer(request_key, request_ttl_s, {fingerprint, record[EVENT]}) end
  return done(record, packed)
end

local answers = {}
for i, job in ipairs(jobs) do answers[i] = answer_one(job, ARGV[4 * i - 1], ARGV[4 * i], ARGV[4 * i + 1]) end
if not preview then
  for from = 1, #kept, SLICE do redis.call('MSET', unpack(kept, from, math.min(from + SLICE - 1, #kept))) end
  write_owned(KEYS[5])
  write_ledgers()
  write_offers()
end
return answers
