-- Closes a work item and frees its owner's capacity; what is offered is rescinded first.
--
-- KEYS   1 revisions hash, 2 loads hash, 3 events stream, 4 waiting zset, 5 owned zset: as in bind.lua; 6 the item's key;
--        7 dated zset, see item.lua `set_next`; 8 the request's key (absent: none)
-- ARGV   1 item id, 2 the state to enter, 3 the item's version as the caller knows it, 4 fingerprint of the request,
--        5 seconds to remember a request id, 6 1 for a preview,
--        7 actor ('': nobody is asked who they are), 8 of a child that is withdrawn its parent's id (absent: somebody closes it),
--        9 the event that reopened that, if there is a parent
-- Returns {'DONE', item record} (also for a repeated request), or {'NOT_FOUND'}, {'CONFLICT'}, {'REQUEST_ID_REUSED'},
--        {'FORMAT', its format}.

local item_id, state, expected, preview = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[6] == '1'

local refused = check_format(KEYS[1])
if refused then return refused end
local packed = redis.call('GET', KEYS[6])
local known
if KEYS[8] then known = known_answer(redis.call('GET', KEYS[8]), ARGV[4], 2) end
if known == false then return {'REQUEST_ID_REUSED'} end
if known then return {'DONE', packed} end
if not packed then return {'NOT_FOUND'} end

local record = cmsgpack.unpack(packed)
local was, version, after = record[STATE], record[VERSION], next_state(record, state)
local is_offered = was == 'OFFERED'
if is_offered then after = state_after(next_state(record, 'RESCINDED'), state) end
if version ~= expected or not after then return {'CONFLICT'} end
if preview then
  record[STATE] = after
  clear(record, OFFER)
  return {'DONE', cmsgpack.pack(record)}
end

open_log(KEYS[3])
loads = amounts_of(KEYS[2])
if is_offered then
  use_offers()
  use_answers()
  rescind_offer(item_id, record, ARGV[7], 'COMPLETED')
end
local number = close_item(item_id, record, state, ARGV[7], KEYS[4], KEYS[7], ARGV[8], tonumber(ARGV[9]))
redis.call('SET', KEYS[6], cmsgpack.pack(record))
write_owned(KEYS[5])
write_ledgers()
if is_offered then write_offers() end
if KEYS[8] then keep_answer(KEYS[8], tonumber(ARGV[5]), {ARGV[4], number}) end
return {'DONE', cmsgpack.pack(record)}
