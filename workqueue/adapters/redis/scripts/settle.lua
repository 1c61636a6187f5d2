-- Ends leases: the job is done, over and kept, failed and tried again, dead, or given back. A lease that is over ends nothing.
--
-- now_us the store's clock, in µs: see store/clock.py
-- KEYS   1 jobs hash, 2 ready, 3 delayed, 4 leased, 5 dead sorted sets, 6 leases hash, 7 faults hash, 8 counts hash,
--        9 kept sorted set, 10 notes hash: see keys.py
-- ARGV   for each lease msgpack {id, token, verdict, delay in µs, reason, note}; workqueue/jobs.py has the verdicts
-- Returns for each lease 1, or 0 if it was over

local POINT_US = 1000000 -- workqueue/order.py
local function integer(n) return string.format('%.0f', n) end
local totals = {bytes = 0, done = 0, retried = 0, dead = 0}

local function holds(id, token)
  local expires = redis.call('ZSCORE', KEYS[4], id)
  return expires and tonumber(expires) > now_us
    and string.match(redis.call('HGET', KEYS[6], id), '^(%d+) ') == integer(token)
end

local end_by = {}

function end_by.DONE(id)
  totals.done = totals.done + 1
  totals.bytes = totals.bytes - #cmsgpack.unpack(redis.call('HGET', KEYS[1], id))[1]
  redis.call('HDEL', KEYS[1], id)
  redis.call('HDEL', KEYS[6], id)
  redis.call('HDEL', KEYS[7], id)
  redis.call('HDEL', KEYS[10], id)
end

function end_by.KEEP(id, _, _, note)
  totals.done = totals.done + 1
  redis.call('ZADD', KEYS[9], integer(now_us), id)
  redis.call('HSET', KEYS[10], id, note)
end

function end_by.RETRY(id, delay_us, reason)
  totals.retried = totals.retried + 1
  redis.call('ZADD', KEYS[3], integer(now_us + delay_us), id)
  redis.call('HSET', KEYS[7], id, reason)
end

function end_by.DEAD(id, _, reason)
  totals.dead = totals.dead + 1
  redis.call('ZADD', KEYS[5], integer(now_us), id)
  redis.call('HSET', KEYS[7], id, reason)
end

function end_by.RELEASE(id)
  local record = cmsgpack.unpack(redis.call('HGET', KEYS[1], id))
  redis.call('ZADD', KEYS[2], integer(record[4] - record[2] * POINT_US), id)
end

local answers = {}
for i, packed in ipairs(ARGV) do
  local e = cmsgpack.unpack(packed)
  local id, token, verdict = e[1], e[2], e[3]
  if holds(id, token) then
    redis.call('ZREM', KEYS[4], id)
    end_by[verdict](id, e[4], e[5], e[6])
    answers[i] = 1
  else
    answers[i] = 0
  end
end
for name, change in pairs(totals) do
  if change ~= 0 then redis.call('HINCRBY', KEYS[8], name, integer(change)) end
end
return answers
