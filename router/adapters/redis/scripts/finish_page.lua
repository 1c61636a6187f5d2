-- Forgets a page of an operation that was done, but for what is told of it, where nobody took it over from whoever did it.
--
-- KEYS   1 hash of the operation, see router/adapters/redis/pages.py
-- ARGV   1 the page's number, 2 who did it, 3 what is told of it, a JSON list, which is kept unless it is empty, 4 seconds to keep what is left of the operation
-- Returns 1; 0: somebody else is at it, or nobody: nothing is changed.

if redis.call('HGET', KEYS[1], 'at:' .. ARGV[1]) ~= ARGV[2] then return 0 end
if ARGV[3] ~= '[]' then redis.call('HSET', KEYS[1], 'refused:' .. ARGV[1], ARGV[3]) end
redis.call('HDEL', KEYS[1], ARGV[1], 'at:' .. ARGV[1], 'until:' .. ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
