-- Keeps what was scored last of some customers: whatever is known at a later instant stays, and erased stays erased.
--
-- KEYS   1 string: how often a customer was erased; then two per customer: string that expires, their score, "{instant}
--        {churn risk} {value tier}"; and string that expires, the number of their last erasure
-- ARGV   1 integer, seconds until a score is forgotten; then two per customer: the last erasure of which whoever noted the
--        score had heard, an empty text for one that is said now, not noted before; and the new score
--
-- instant: integer, milliseconds since the epoch. churn risk: decimal, 0 to 1. value tier: any text ('': the known one stays).
--
-- Returns the number of the last erasure of all.

local function keep(key, given)
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
  end
end

for place = 2, #KEYS, 2 do
  local heard = tonumber(ARGV[place])
  local erased = heard and tonumber(redis.call('GET', KEYS[place + 1]) or 0)
  if not heard or heard >= erased then keep(KEYS[place], ARGV[place + 1]) end
end
return tonumber(redis.call('GET', KEYS[1]) or 0)
