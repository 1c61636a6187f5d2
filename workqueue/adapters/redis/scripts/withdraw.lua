-- Ends a job that is ready, delayed or leased, and keeps it; whoever has it comes too late from now on.
--
-- now_us the store's clock, in µs: see store/clock.py
-- KEYS   1 jobs hash, 2 ready, 3 delayed, 4 leased, 5 dead sorted sets, 6 leases hash, 7 faults hash, 8 counts hash,
--        9 kept sorted set, 10 notes hash: see keys.py
-- ARGV   1 id, 2 the note that is kept with it
-- Returns 1, or 0 if there is none

for state = 2, 4 do
  if redis.call('ZREM', KEYS[state], ARGV[1]) == 1 then
    redis.call('ZADD', KEYS[9], string.format('%.0f', now_us), ARGV[1])
    redis.call('HSET', KEYS[10], ARGV[1], ARGV[2])
    redis.call('HINCRBY', KEYS[8], 'done', 1)
    return 1
  end
end
return 0
