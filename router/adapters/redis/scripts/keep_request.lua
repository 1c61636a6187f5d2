-- Keeps what a request was answered that changed nothing: sent again it is answered alike, and not tried anew.
--
-- KEYS   1 revisions hash: as in bind.lua; 2 the item's key; 3 the request's key
-- ARGV   1 version of the item that it was answered from (0: any), 2 fingerprint of the request, 3 seconds to remember it, 4 number of
--          the event that it was answered with (0: none)
-- Returns {'DONE'} (also for a repeated request), {'CONFLICT'}: the item is another by now, or is gone, {'REQUEST_ID_REUSED'},
--        {'FORMAT', its format}.

local refused = check_format(KEYS[1])
if refused then return refused end
local known = known_answer(redis.call('GET', KEYS[3]), ARGV[2], 2)
if known == false then return {'REQUEST_ID_REUSED'} end
if known then return {'DONE'} end
local expected = tonumber(ARGV[1])
if expected > 0 then
  local packed = redis.call('GET', KEYS[2])
  if not packed or cmsgpack.unpack(packed)[VERSION] ~= expected then return {'CONFLICT'} end
end
keep_answer(KEYS[3], tonumber(ARGV[3]), {ARGV[2], tonumber(ARGV[4])})
return {'DONE'}
