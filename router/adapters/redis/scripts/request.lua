-- What a request id was answered: a string that expires, msgpack {fingerprint, event number or revision, outcome}; only
-- decisions have an outcome.

local function known_answer(packed, fingerprint, places)
  -- Returns what was answered before; nil if nothing was, false if the id was used for other content.
  if not packed then return nil end
  local known = cmsgpack.unpack(packed)
  return known[1] == fingerprint and #known == places and known
end

local function keep_answer(key, ttl_s, answer)
  redis.call('SET', key, cmsgpack.pack(answer), 'EX', ttl_s)
end

