-- The format of what is stored, by tenant: what no script of this version understands, none of them touches.
--
-- FORMAT is this version's, put before the library by `router.adapters.redis.scripts`. A store that Fairlead wrote before
-- there were formats has format 1 and none written down.

local format = {}

function format.refusal(found, is_there)
  -- Returns what to answer instead of doing anything; nil if all is well. `found` is the stored format, false for none.
  local stored = tonumber(found or (is_there and 1 or FORMAT))
  if stored ~= FORMAT then return {'FORMAT', stored} end
end

function format.enter(revisions)
  -- The same for a script that may be a tenant's first: writes the format down where nothing else is.
  local found = redis.call('HGET', revisions, 'format')
  if found then return format.refusal(found) end
  if redis.call('EXISTS', revisions) == 1 then return format.refusal(false, true) end
  redis.call('HSET', revisions, 'format', FORMAT)
end

