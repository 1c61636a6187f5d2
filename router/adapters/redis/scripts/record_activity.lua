-- Records what somebody did about a work item: an event, and what follows from it of the work item's record.
--
-- KEYS   1 revisions hash, 2 loads hash, 3 events stream: as in bind.lua; 4 dated zset, see item.lua `set_next`; 5 the item's key;
--        6 activities hash: hash of an external id → number of the event; 7 the hash that opens what is sealed in the item's
--        events; 8 records hash: as in change_workforce.lua; then, where its customer is known, the zset of their work items; then the request's key (absent: none)
-- ARGV   1 header, msgpack: [item id, kind, direction, who acted ('': nobody of ours), duration in ms, when it occurred in ms since
--          1970 (0: now), the next date (0: none), {evidence, …}, 1 for an attempt, 1 if it ends a next date that it does not
--          replace, actor ('': nobody is asked who they are), version of the item that all this is said of, hash of the
--          external id ('': none), fingerprint of the request, seconds to remember it, 1 for a preview, 1 where there is
--          a customer, fields and values of what opens it {…}, since when
--          its owner has had what was imported, in ms since 1970; 0 where it was not imported, how many ms ahead of now a next date
--          may lie, 1 where who acted is named and has to be there]
--        2 the head: its texts, sealed, kept unread
-- Returns {'NEW', event number (0 for a preview), facts, head, type}; {'REPEATED', …} likewise for a repeated request, {'KNOWN', …}
--        for what has the external id already; {'FUTURE', now in ms} where it would occur later, {'PAST', now in ms} where its next date is not later, {'FAR', now in ms} where
--        it is too much later, {'CLOSED'} where it has a next date and the item is closed, {'NO_REP'} where there is no such rep, {'NOT_FOUND'}, {'CONFLICT'}, {'REQUEST_ID_REUSED'}, {'LOST'}
--        (somebody deleted the event), {'FORMAT', its format}.

local ACTIVITY_TYPE = 'activity.1'
local LOADS, EVENTS, DATED, ITEM, KNOWN, PERSONAL = KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]

local refused = check_format(KEYS[1])
if refused then return refused end
local id, kind, direction, rep, duration_ms, occur_ms, next_ms, evidence, attempts, ends, actor, expected, external,
  fingerprint, ttl_s, preview, has_customer, openings, assigned_ms, ahead_ms, is_named = unpack(cmsgpack.unpack(ARGV[1]))
local request_key = KEYS[9 + has_customer]
open_log(EVENTS)

local known
if request_key then known = known_answer(redis.call('GET', request_key), fingerprint, 2) end
if known == false then return {'REQUEST_ID_REUSED'} end
if known then return earlier('REPEATED', known[2]) end
local packed = redis.call('GET', ITEM)
if not packed then return {'NOT_FOUND'} end
known = external ~= '' and redis.call('HGET', KNOWN, external)
if known then return earlier('KNOWN', tonumber(known)) end
local record = cmsgpack.unpack(packed)
if record[VERSION] ~= expected then return {'CONFLICT'} end
if is_named == 1 and redis.call('HEXISTS', KEYS[8], 'rep/' .. rep) == 0 then return {'NO_REP'} end
if next_ms > 0 and next_state(record, 'REOPENED') then return {'CLOSED'} end
if occur_ms == 0 then occur_ms = log.now_ms end
if occur_ms > log.now_ms then return {'FUTURE', log.now_ms} end
if next_ms > 0 and next_ms <= log.now_ms then return {'PAST', log.now_ms} end
if next_ms > log.now_ms + ahead_ms then return {'FAR', log.now_ms} end

local function has_owner_since()
  -- Returns since when the owner has the work item.
  if assigned_ms > 0 then return assigned_ms end
  local _, facts = read_event(math.max(record[DECISION], record[ANSWERED] or 0)) -- the decision, or the acceptance behind it
  if not facts then return 0 end
  local _, at_ms = cmsgpack.unpack_one(facts)
  return type(at_ms) == 'table' and at_ms[1] or at_ms -- of format 1: all facts are one array
end

local function is_first()
  -- Says whether it is the first attempt since the owner has the work item.
  local may = attempts == 1 and record[STATE] == 'ASSIGNED' and record[WORKED] ~= 1
  return may and occur_ms >= has_owner_since()
end

local function next_change()
  -- What occurred before the next date was set changes nothing.
  if has_next(record) and occur_ms < record[NEXT][3] then return 'NONE' end
  if next_ms > 0 then return 'SET' end
  return ends == 1 and has_next(record) and 'ENDED' or 'NONE'
end

local first, change = is_first(), next_change()
local facts = cmsgpack.pack({id, record[KIND], record[OWNER], record[POOL], record[EVENT], kind, direction, rep, duration_ms, occur_ms,
  next_ms, evidence, first and 1 or 0, change, actor})
if preview == 1 then return {'NEW', 0, log.now .. facts, ARGV[2], ACTIVITY_TYPE} end
local number, stored = append_event(ACTIVITY_TYPE, facts, ARGV[2])
record[EVENT] = number
if first then
  put(record, WORKED, 1)
  loads = amounts_of(LOADS)
  shift_worked(record[OWNER], record[POOL], record[KIND], 1)
  write_amounts(loads)
end
if change ~= 'NONE' then set_next(DATED, id, record, change == 'SET' and {number, next_ms, occur_ms} or {}) end
redis.call('SET', ITEM, cmsgpack.pack(record))
if external ~= '' then redis.call('HSET', KNOWN, external, number) end
if #openings > 0 then
  redis.call('HSET', PERSONAL, unpack(openings))
  if has_customer == 1 then keep_sealed_of(KEYS[9], id) end
end
if request_key then keep_answer(request_key, ttl_s, {fingerprint, number}) end
return {'NEW', number, stored, ARGV[2], ACTIVITY_TYPE}
