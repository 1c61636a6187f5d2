-- Writes a key as every other script does, and has it end at once: may this user, and does this server take writes?
--
-- KEYS   1 a key of its own
-- Returns what was written.

redis.call('SET', KEYS[1], 'tried', 'PX', 1000)
return redis.call('GET', KEYS[1])
