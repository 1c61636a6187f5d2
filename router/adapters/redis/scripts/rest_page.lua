-- Says that somebody is not at a page of an operation any more; whoever took it over is.
--
-- KEYS   1 hash of the operation, see router/adapters/redis/pages.py
-- ARGV   1 the page's number, 2 who was at it
-- Returns 1; 0: somebody else is at it, or nobody.

if redis.call('HGET', KEYS[1], 'at:' .. ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], 'at:' .. ARGV[1], 'until:' .. ARGV[1])
return 1
