-- In front of scripts that change many jobs, some at a call: what their request has done so far is remembered, so that it
-- is carried out once however often it is sent, by whoever and whenever. A record is '{fingerprint} {jobs} {1 when done}'.

local function begun(key, fingerprint)
  -- Returns how many jobs the request has changed, whether it is done, and whether it was about something else.
  local known = redis.call('GET', key)
  if not known then return 0, false, false end
  local mark, jobs, done = string.match(known, '^(.*) (%d+) ([01])$')
  return tonumber(jobs), done == '1', mark ~= fingerprint
end

local function note(key, fingerprint, jobs, done, ttl_s)
  redis.call('SET', key, fingerprint .. ' ' .. jobs .. ' ' .. done, 'EX', ttl_s)
  return {jobs, done}
end

