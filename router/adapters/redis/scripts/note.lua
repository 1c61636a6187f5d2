-- Notes something about a work item that changes neither what it is nor whose, and its stage by migrating alone: an event. What its
-- customer answers is kept with it, and of the customer when they said, or were asked, last how likely they would recommend us.
--
-- KEYS   1 revisions hash, 2 events stream: as in bind.lua; 3 the item's key; 4 the hash that opens what is sealed in the item's events;
--        5 the zset of what is asked, by the event that did; then, where its customer is known, the zset of their work items; then the
--        request's key (absent: none)
-- ARGV   1 header, msgpack: [item id, its last event, which all this is said of, what is noted, subject, value, actor ('': nobody is asked
--          who they are), 1 where it may be closed, fingerprint of the request, seconds to remember it, 1 for a preview, 1 where there is a
--          customer, fields and values of what opens it {…}, of an NPS the event of the customer's last one before, or that asked for it (0: none), revision
--          of the rules that it depends on (0: none)]
--        2 the head: its text, sealed, kept unread; '': none
-- Returns {'NEW', event number (0 for a preview), facts, head, type}; {'REPEATED', …} likewise for a repeated request; {'NOT_FOUND'},
--        {'CONFLICT'}, {'CLOSED'}, {'REQUEST_ID_REUSED'}, {'LOST'} (somebody deleted the event), {'FORMAT', its format}.

local NOTE_TYPE = 'noted.1'
local EVENTS, ITEM, PERSONAL, ASKED = KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local SURVEYED = key_of('surveyed') -- zset `csat/{item}` or `nps/{item}`: who is to be asked and has not answered, by the event that says so

local refused = check_format(KEYS[1])
if refused then return refused end
local id, expected, note, subject, value, actor, may_be_closed, fingerprint, ttl_s, preview, has_customer, openings, nps_before, rules =
  unpack(cmsgpack.unpack(ARGV[1]))
local request_key = KEYS[6 + has_customer]
open_log(EVENTS)

local known
if request_key then known = known_answer(redis.call('GET', request_key), fingerprint, 2) end
if known == false then return {'REQUEST_ID_REUSED'} end
if known then return earlier('REPEATED', known[2]) end
local packed = redis.call('GET', ITEM)
if not packed then return {'NOT_FOUND'} end
local record = cmsgpack.unpack(packed)
if record[EVENT] ~= expected then return {'CONFLICT'} end
local is_nps = has_customer == 1 and (note == 'NPS' or (note == 'SURVEYED' and subject == 'nps'))
if is_nps and last_nps(KEYS[6]) ~= nps_before then return {'CONFLICT'} end
if rules > 0 and tonumber(redis.call('HGET', KEYS[1], 'rules') or 0) ~= rules then return {'CONFLICT'} end
if may_be_closed == 0 and next_state(record, 'REOPENED') then return {'CLOSED'} end

local facts = cmsgpack.pack({id, record[KIND], record[OWNER], record[POOL], record[EVENT], note, subject, value, actor})
if preview == 1 then return {'NEW', 0, log.now .. facts, ARGV[2], NOTE_TYPE} end
local number, stored = append_event(NOTE_TYPE, facts, ARGV[2])
record[EVENT] = number
if note == 'MIGRATED' then
  local stands = record[STAGE] or {}
  enter_stage(record, value, subject, stands[3] or record[FIRST], stands[4] or 0)
  record[VERSION] = number -- whoever has it enter a stage at this moment begins anew
end
if note == 'CSAT' or note == 'NPS' then
  local before = record[SATISFIED] or {}
  local csat, nps = before[1] or 0, before[2] or -1
  if note == 'CSAT' then csat = value else nps = value end
  put(record, SATISFIED, {csat, nps, log.now_ms})
end
redis.call('SET', ITEM, cmsgpack.pack(record))
if is_nps then keep_last_nps(KEYS[6], number) end
if note == 'SURVEYED' then
  redis.call('ZADD', SURVEYED, number, subject .. '/' .. id)
elseif note == 'CSAT' then
  redis.call('ZREM', SURVEYED, 'csat/' .. id)
elseif note == 'NPS' then -- with whatever work item the customer answers: the last that was asked of them is answered
  redis.call('ZREMRANGEBYSCORE', SURVEYED, nps_before, nps_before)
end
if note == 'ASKED' then
  redis.call('ZADD', ASKED, number, id)
elseif note == 'APPROVED' or note == 'REJECTED' then
  redis.call('ZREM', ASKED, id)
end
if #openings > 0 then
  redis.call('HSET', PERSONAL, unpack(openings))
  if has_customer == 1 then keep_sealed_of(KEYS[6], id) end
end
if request_key then keep_answer(request_key, ttl_s, {fingerprint, number}) end
return {'NEW', number, stored, ARGV[2], NOTE_TYPE}
