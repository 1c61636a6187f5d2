-- Writes a key as every other script does, reads it and takes it away: may this user, and does this server take writes?
-- Should it end in between, the key ends within a second.
--
-- KEYS   1 a key of its own

redis.call('SET', KEYS[1], 'tried', 'PX', 1000)
redis.call('GET', KEYS[1])
return redis.call('DEL', KEYS[1])
