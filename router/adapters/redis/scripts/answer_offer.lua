-- Answers an open offer: somebody accepts or declines it.
--
-- KEYS   1 revisions, 2 loads, 3 events, 4 waiting, 5 owned, 6 presence, 7 counts, 8 headroom: as in bind.lua; 9 the item's key; 10 the hash that
--        opens what is sealed in the item's events; then, where its customer is known, the zset of their work items; then the request's
--        key (absent: none); see offers.lua for the keys of offers and ledgers
-- ARGV   1 header, msgpack: [item id, ACCEPTED or DECLINED, who answers, number of the offer, fingerprint of the request, seconds to remember it, 1 for a preview, actor ('': nobody is asked who they are), 1 where there is a customer, fields and values of what
--          opens the reason {…}]
--        2 the reason, sealed, kept unread ('': none)
--        3 of an acceptance of what many were offered, msgpack: [rules revision, workforce revision, their marks, the first instant that it is
--          planned for in ms since 1970, that behind the last (0: any), units and value that it counts under caps]; else ''
--        4 then the candidate set of who accepts, as in bind.lua
-- Returns {'DONE', item record, number, type, facts, head, number, …} with the decisions that hold its attributes, chose its owner and are its first
--        event, each once (also for a repeated request, and for who has it by this offer already); or {'NOT_FOUND'}, {'KNOWN_AS', the id
--        that the item has, spelt otherwise}, {'NOT_OPEN'}: it was answered, or is somebody else's, {'OF_MANY', kind, pool, number of the
--        event with its attributes}: it is accepted, many have it, and 3 and 4 are left out, {'FULL'}: who accepts has no room, {'MOVED'}: planned by what does not hold any more,
--        {'REQUEST_ID_REUSED'}, {'FORMAT', its format}.

local refused = check_format(KEYS[1])
if refused then return refused end
local id, answer, rep, number, fingerprint, ttl_s, preview, actor, has_customer, openings = unpack(cmsgpack.unpack(ARGV[1]))
local ITEM, request_key = KEYS[9], KEYS[11 + has_customer]
local known
if request_key then known = known_answer(redis.call('GET', request_key), fingerprint, 2) end
if known == false then return {'REQUEST_ID_REUSED'} end
local packed = redis.call('GET', ITEM)
if not packed then return {'NOT_FOUND'} end
local record = cmsgpack.unpack(packed)
if type(record) == 'string' then return {'KNOWN_AS', record} end

local function done()
  local reply, told = {'DONE', cmsgpack.pack(record)}, {}
  log.key = KEYS[3]
  for _, event in ipairs({record[CONTENT], record[DECISION], record[FIRST]}) do
    if not told[event] then
      local n, form, facts, head = #reply, read_event(event)
      if form then reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4] = event, form, facts, head end
      told[event] = true
    end
  end
  return reply
end

if known then return done() end
local is_accepted = answer == 'ACCEPTED'
local has_it = record[STATE] == 'ASSIGNED' and record[OWNER] == rep and record[DECISION] == number and (record[ANSWERED] or 0) > number
if is_accepted and has_it then return done() end
if record[STATE] ~= 'OFFERED' or record[OFFER][1] ~= number then return {'NOT_OPEN'} end
local entry, place = offer_entry(id), nil -- among those who have it
for i, holder in ipairs(holders_of(entry)) do
  if holder == rep then place = i end
end
if not place then return {'NOT_OPEN'} end
local is_of_many, pool = entry[O_REP] == '', entry[O_POOL]
if is_accepted and is_of_many and not ARGV[3] then return {'OF_MANY', record[KIND], pool, record[CONTENT]} end

open_log(KEYS[3])
loads = amounts_of(KEYS[2])
open_ledger(pool, key_of('ledger', pool))

local function entering()
  -- Returns how what many were offered is entered for who accepts it; or why it is not.
  local planned = cmsgpack.unpack(ARGV[3])
  local current = redis.call('HMGET', KEYS[1], 'rules', 'workforce', 'rules_mark', 'workforce_mark')
  if tonumber(current[1] or 0) ~= planned[1] or tonumber(current[2] or 0) ~= planned[2] or (current[3] or '') ~= planned[3]
    or (current[4] or '') ~= planned[4] then
    return nil, {'MOVED'}
  end
  if planned[6] > 0 and (log.now_ms < planned[5] or log.now_ms >= planned[6]) then return nil, {'MOVED'} end
  local sent = cmsgpack.unpack(ARGV[4])
  if has_caps(sent) then use_caps(KEYS[7], KEYS[8]) end
  local set, attempt = candidate_set(sent, planned[4]), {1, entry[O_CHARGE], planned[7], planned[8]}
  if #set.limits > 0 then want_loads(set, record[KIND]) end
  read_ledgers({set})
  local _, full, blocked = with_room(set, record[KIND], '', attempt, record, OVERRIDE)
  if #set.reps == 0 or #full > 0 or (blocked[1] and blocked[1][2] == 'REACHED_CAP') then return nil, {'FULL'} end
  return set, attempt
end

local function choice_of(set, attempt)
  -- Returns how it enters the ledger: of all who have it, for the one who accepts; and in which way.
  local reps, weights, fields, present = {}, {}, {}, {}
  for i = 1, #entry[O_AUDIENCE], 2 do
    local n = #reps + 1
    reps[n], weights[n], present[n], fields[n] = entry[O_AUDIENCE][i], entry[O_AUDIENCE][i + 1], n, 'd:' .. entry[O_AUDIENCE][i]
  end
  want_amounts(set.book, fields)
  read_amounts(set.book)
  local everybody = {book = set.book, pool = pool, band = 0, reps = reps, weights = weights, fields = fields, present = present,
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

local function own(event)
  -- Has a rep own the work item.
  close_offer(id, record, entry, event, 'ASSIGNED')
  record[OWNER], record[POOL], record[EPOCH] = rep, pool, record[EPOCH] + 1
  put(record, REFUSED, {})
end

local function accept_own()
  want_amounts(books[pool], {'p:' .. rep})
  release(books[pool], entry)
  own(append_answer(id, record, entry, answer, {rep = rep, charge = entry[O_CHARGE], way = 'GREEDY', actor = actor}))
end

local function accept_of_many()
  local set, attempt = entering()
  if not set then return attempt end
  if preview == 1 then return nil end
  local choice, way = choice_of(set, attempt)
  local event = append_answer(id, record, entry, answer, {rep = rep, charge = entry[O_CHARGE], way = way == 0 and 'GREEDY' or 'OVERRIDE',
    entitled = choice.entitled, workforce = cmsgpack.unpack(ARGV[3])[2], actor = actor})
  own(event)
  shift_load(rep, pool, record[KIND], 1)
  if set.caps then caps.count(set, 1, attempt) end
  charge_ledger(choice, way)
end

local function decline()
  local said = {rep = rep, actor = actor, head = ARGV[2]}
  if is_of_many and #entry[O_AUDIENCE] > 2 then
    said.stays = 1
    record[EVENT] = append_answer(id, record, entry, answer, said)
    table.remove(entry[O_AUDIENCE], 2 * place)
    table.remove(entry[O_AUDIENCE], 2 * place - 1)
    redis.call('HSET', key_of('offers'), id, cmsgpack.pack(entry))
    redis.call('ZREM', key_of('offered'), place_in_offered('r' .. rep, number, id))
  else
    undo_offer(entry)
    write_undone(id, record, entry, answer, said)
  end
  refuse_offer(record, {rep})
end

if is_accepted and is_of_many then
  local failed = accept_of_many()
  if failed then return failed end
end
if preview == 1 then
  if is_accepted then
    record[STATE], record[OWNER], record[POOL], record[EPOCH] = 'ASSIGNED', rep, pool, record[EPOCH] + 1
    clear(record, OFFER)
    clear(record, REFUSED)
  elseif not is_of_many or #entry[O_AUDIENCE] == 2 then
    record[STATE] = 'QUEUED'
    clear(record, OFFER)
  end
  return done()
end
if not is_accepted then decline() elseif not is_of_many then accept_own() end
redis.call('HDEL', key_of('lapses'), rep)
redis.call('SET', ITEM, cmsgpack.pack(record))
index_item(KEYS[4], id, 'OFFERED', '', record)
write_owned(KEYS[5])
write_ledgers()
if #openings > 0 then
  redis.call('HSET', KEYS[10], unpack(openings))
  if has_customer == 1 then redis.call('ZADD', KEYS[11], 0, id) end
end
if request_key then keep_answer(request_key, ttl_s, {fingerprint, record[EVENT]}) end
return done()
