-- Takes work items out of the pages of an operation, of all that are meant or of none: whoever does a page has read it.
--
-- KEYS   1 hash of the operation, see router/adapters/redis/pages.py
-- ARGV   1 name of the field that counts what is taken out; then per page four: its number, the page as it was read, the page as it is to be, and how many less that has
-- Returns how many were taken out; -1: one of the pages is being done, and whoever does it does not count as lost yet; -2: one is not
--        as it was read any more, or is done.

local taken, now_ms = 0, clock_us() / 1000
for at = 2, #ARGV, 4 do
  local until_ms = redis.call('HGET', KEYS[1], 'until:' .. ARGV[at])
  if until_ms and tonumber(until_ms) > now_ms then return -1 end
  if redis.call('HGET', KEYS[1], ARGV[at]) ~= ARGV[at + 1] then return -2 end
  taken = taken + tonumber(ARGV[at + 3])
end
for at = 2, #ARGV, 4 do redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 2]) end
if taken > 0 then redis.call('HINCRBY', KEYS[1], ARGV[1], taken) end
return taken
