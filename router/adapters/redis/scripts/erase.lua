-- Erases what opens the sealed values of some work items, and the scores of a customer; writes down that it did, of a customer with all
-- work items that are theirs, whatever those hold: so nothing of who is erased is asked any more.
--
-- KEYS   1 revisions hash, 2 events stream: as in bind.lua; 3 … the items' keys; then per item the hash that opens what is
--        sealed in its events; then, where there is a customer, the set of their work items, the string with their
--        score, how often a customer was erased and the number of their last erasure, see keep_customer_scores.lua; then the
--        request's key (absent: none)
-- ARGV   1 header, msgpack: [item ids, 1 for a customer, submissions that were removed before, what was erased for the same
--          request before {items, values, submissions, scores}, fingerprint of the request, seconds to remember it, actor ('':
--          nobody is asked who they are), 1 for a preview]
-- Returns {items, values, submissions, scores}, with those before and of a repeated request the same again; or
--        {'REQUEST_ID_REUSED'}, {'FORMAT', its format}.

local REMEMBERED_S = 3600 -- longer than any server keeps a score that it has noted and not written
local refused = check_format(KEYS[1])
if refused then return refused end
local header = cmsgpack.unpack(ARGV[1])
local ids, has_customer, submissions, before, preview = header[1], header[2] == 1, header[3], header[4], header[8] == 1
local first_hash, next_key = 3 + #ids, 3 + 2 * #ids
local request_key = KEYS[next_key + (has_customer and 4 or 0)]
local known
if request_key then known = known_answer(redis.call('GET', request_key), header[5], 2) end
if known == false then return {'REQUEST_ID_REUSED'} end
if known then return known[2] end

open_log(KEYS[2])
local function is_named(i, packed, sealed)
  -- Says whether an erasure names a work item: it was erased before where nothing changed since.
  if sealed > 0 then return true end
  if not has_customer or not packed or redis.call('ZSCORE', KEYS[next_key], ids[i]) == '0' then return false end
  local type = read_event(cmsgpack.unpack(packed)[VERSION])
  return not type or string.sub(type, 1, 7) ~= 'erased.'
end

local values, erased, records, changed, is_sealed = 0, {}, {}, {}, {} -- a work item of which nothing was sealed stays the customer's
for i, id in ipairs(ids) do
  local sealed, packed = redis.call('HLEN', KEYS[first_hash - 1 + i]), redis.call('GET', KEYS[2 + i])
  is_sealed[i], values = sealed > 0, values + sealed
  if is_named(i, packed, sealed) then
    erased[#erased + 1], changed[#changed + 1], records[#records + 1] = id, KEYS[2 + i], packed and cmsgpack.unpack(packed)
  end
end
local scores = has_customer and redis.call('EXISTS', KEYS[next_key + 1]) or 0
local counts = {before[1] + #erased, before[2] + values, before[3] + submissions, math.max(before[4], scores)}
if preview then return counts end
if #erased + submissions + scores > 0 then
  local previous = {}
  for i in ipairs(changed) do
    previous[i] = records[i] and records[i][EVENT] or 0
  end
  local number = append_event('erased.3', cmsgpack.pack({erased, values, submissions, scores, header[7], previous}), '')
  for i, key in ipairs(changed) do
    if records[i] then
      records[i][EVENT], records[i][VERSION] = number, number
      redis.call('SET', key, cmsgpack.pack(records[i]))
    end
  end
  redis.call('HSET', KEYS[1], 'format', FORMAT)
  if has_customer then redis.call('ZREM', KEYS[next_key], '') end -- what no event tells is not forgotten
end
for i, id in ipairs(ids) do
  redis.call('DEL', KEYS[first_hash - 1 + i])
end
for _, id in ipairs(erased) do redis.call('ZREM', key_of('surveyed'), 'csat/' .. id, 'nps/' .. id) end -- who is erased is not asked
if has_customer then
  redis.call('DEL', KEYS[next_key + 1])
  redis.call('SET', KEYS[next_key + 3], redis.call('INCR', KEYS[next_key + 2]), 'EX', REMEMBERED_S)
  for i, id in ipairs(ids) do
    if is_sealed[i] or redis.call('ZSCORE', KEYS[next_key], id) == '0' then redis.call('ZREM', KEYS[next_key], id) end
  end
end
if request_key then keep_answer(request_key, header[6], {header[5], counts}) end
return counts
