-- Keeps what was scored last of some customers: whatever is known at a later instant stays.
--
-- KEYS[i]      string that expires: the standing of the i-th customer, "{instant} {churn risk} {value tier}"
-- ARGV[1]      integer, seconds until a standing is forgotten
-- ARGV[i + 1]  string, the i-th customer's new standing
--
-- instant: integer, milliseconds since the epoch. churn risk: decimal, 0 to 1. value tier: any text ('': the known one stays).
--
-- Returns how many were kept.

local kept = 0
for place, key in ipairs(KEYS) do
  local given = ARGV[place + 1]
  local instant, risk, tier = string.match(given, '^(%d+) (%S+) (.*)$')
  local known = redis.call('GET', key)
  local before, tier_before = 0, ''
  if known then
    before, tier_before = string.match(known, '^(%d+) %S+ (.*)$')
  end
  if tonumber(instant) >= tonumber(before) then
    if tier == '' then
      given = instant .. ' ' .. risk .. ' ' .. tier_before
    end
    redis.call('SET', key, given, 'EX', ARGV[1])
    kept = kept + 1
  end
end
return kept
