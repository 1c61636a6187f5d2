-- Closes a work item and frees its owner's capacity.
--
-- KEYS   1 loads hash, 2 events stream, 3 waiting zset: as in bind.lua; 4 the item's key; 5 the request's key (absent: none)
-- ARGV   1 item id, 2 the state to enter, 3 number of the item's latest event as the caller knows it, 4 fingerprint of the request,
--        5 seconds to remember a request id, 6 1 for a preview,
--        7 actor ('': nobody is asked who they are)
-- Returns {'DONE', item record} (also for a repeated request), or {'NOT_FOUND'}, {'CONFLICT'}, {'REQUEST_ID_REUSED'}.

local CLOSED = {CONVERTED = true, DISQUALIFIED = true, CLOSED = true}
local item_id, state, expected, preview = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[6] == '1'

local packed = redis.call('GET', KEYS[4])
local known = KEYS[5] and redis.call('GET', KEYS[5])
if known then
  local request = cmsgpack.unpack(known)
  if request[1] ~= ARGV[4] or #request > 2 then return {'REQUEST_ID_REUSED'} end
  return {'DONE', packed}
end
if not packed then return {'NOT_FOUND'} end

-- {state, kind, owner, pool, epoch, event, decision, first, tried}
local record = cmsgpack.unpack(packed)
if record[6] ~= expected or CLOSED[record[1]] then return {'CONFLICT'} end
local previous = record[6]
local waited = record[1] == 'QUEUED'
record[1] = state
if preview then return {'DONE', cmsgpack.pack(record)} end

log.open(KEYS[2])
record[6] = log.append('completed', cmsgpack.pack({clock_ms(), item_id, record[2], state, record[3], record[4], record[5],
  previous, ARGV[7]}), '')
if waited then redis.call('ZREM', KEYS[3], item_id) end
redis.call('SET', KEYS[4], cmsgpack.pack(record))
if record[3] ~= '' then redis.call('HINCRBY', KEYS[1], record[3] .. '|' .. record[2], -1) end
if KEYS[5] then redis.call('SET', KEYS[5], cmsgpack.pack({ARGV[4], record[6]}), 'EX', tonumber(ARGV[5])) end
return {'DONE', cmsgpack.pack(record)}
