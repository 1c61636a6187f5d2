-- Lends jobs to a worker, by turn; before that, makes ready whose lease ran out or whose delay ended.
--
-- now_us the store's clock, in µs: see store/clock.py
-- KEYS   1 jobs hash, 2 ready, 3 delayed, 4 leased, 5 dead sorted sets, 6 leases hash, 7 faults hash, 8 counts hash,
--        9 kept sorted set, 10 notes hash: see keys.py
-- ARGV   1 jobs wanted, 2 the lease's length in µs, 3 how often a job may be lent, 4 jobs to make ready in one call, at most
-- Returns {µs until a delay or lease ends (-1: there is none), then for each job {id, payload, arrival µs, token, delivery}}

local POINT_US = 1000000 -- workqueue/order.py
local wanted, lease_us, most, at_most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local function integer(n) return string.format('%.0f', n) end

local function due(key)
  -- Takes what is due out of a sorted set.
  local ids = redis.call('ZRANGEBYSCORE', key, '-inf', integer(now_us), 'LIMIT', 0, at_most)
  if #ids > 0 then redis.call('ZREM', key, unpack(ids)) end
  return ids
end

local function make_ready(id)
  local record = cmsgpack.unpack(redis.call('HGET', KEYS[1], id))
  redis.call('ZADD', KEYS[2], integer(record[4] - record[2] * POINT_US), id)
end

local expired = due(KEYS[4])
for _, id in ipairs(expired) do
  local delivery = tonumber(string.match(redis.call('HGET', KEYS[6], id), ' (%d+)$'))
  if delivery >= most then
    redis.call('ZADD', KEYS[5], integer(now_us), id)
    redis.call('HSET', KEYS[7], id, 'lent ' .. integer(delivery) .. ' times and its worker was lost at last')
    redis.call('HINCRBY', KEYS[8], 'dead', 1)
  else
    make_ready(id)
  end
end
if #expired > 0 then redis.call('HINCRBY', KEYS[8], 'expired', #expired) end
for _, id in ipairs(due(KEYS[3])) do make_ready(id) end

local answers = {}
local popped = redis.call('ZPOPMIN', KEYS[2], wanted)
local ids = {}
for i = 1, #popped, 2 do ids[#ids + 1] = popped[i] end
if #ids > 0 then
  local records, before = redis.call('HMGET', KEYS[1], unpack(ids)), redis.call('HMGET', KEYS[6], unpack(ids))
  local token = redis.call('HINCRBY', KEYS[8], 'token', #ids) - #ids
  local leased, leases, until_us = {}, {}, integer(now_us + lease_us)
  for i, id in ipairs(ids) do
    local record = cmsgpack.unpack(records[i])
    local delivery = (before[i] and tonumber(string.match(before[i], ' (%d+)$')) or 0) + 1
    leased[2 * i - 1], leased[2 * i] = until_us, id
    leases[2 * i - 1], leases[2 * i] = id, integer(token + i) .. ' ' .. integer(delivery)
    answers[i + 1] = {id, record[1], integer(record[3]), token + i, delivery}
  end
  redis.call('ZADD', KEYS[4], unpack(leased))
  redis.call('HSET', KEYS[6], unpack(leases))
end

local next_due
for _, key in ipairs({KEYS[3], KEYS[4]}) do
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  if first[2] and (not next_due or tonumber(first[2]) < next_due) then next_due = tonumber(first[2]) end
end
answers[1] = next_due and integer(math.max(next_due - now_us, 0)) or '-1'
return answers
