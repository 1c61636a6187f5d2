-- The format of what is stored, by tenant: what no script of this version understands, none of them touches.
--
-- FORMAT is this version's, see router/adapters/redis/library.py. A store that Fairlead wrote before
-- there were formats has format 1 and none written down.

local function refuse_format(found, is_there)
  -- Returns what to answer instead of doing anything; nil if all is well. `found` is the stored format, false for none.
  local stored = tonumber(found or (is_there and 1 or FORMAT))
  if stored ~= FORMAT then return {'FORMAT', stored} end
end

local function check_format(revisions)
  return refuse_format(redis.call('HGET', revisions, 'format'), redis.call('EXISTS', revisions) == 1)
end

