-- Counts what the queue holds and has done.
--
-- now_us the store's clock, in µs: see store/clock.py
-- KEYS   1 jobs hash, 2 ready, 3 delayed, 4 leased, 5 dead sorted sets, 6 leases hash, 7 faults hash, 8 counts hash,
--        9 kept sorted set, 10 notes hash: see keys.py
-- Returns {jobs ready, delayed, leased, dead, kept, µs for which the next one has waited, names and values of the counts hash}

local waited = 0
local head = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
if head then waited = math.max(now_us - cmsgpack.unpack(redis.call('HGET', KEYS[1], head))[4], 0) end
local answer = {}
for state = 1, 4 do answer[state] = redis.call('ZCARD', KEYS[1 + state]) end
answer[5] = redis.call('ZCARD', KEYS[9])
answer[6], answer[7] = string.format('%.0f', waited), redis.call('HGETALL', KEYS[8])
return answer
