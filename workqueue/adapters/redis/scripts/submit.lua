-- Takes jobs in, each on its own: new, known already, or refused because the queue is full.
--
-- now_us the store's clock, in µs: see store/clock.py
-- KEYS   1 jobs hash, 2 ready, 3 delayed, 4 leased, 5 dead sorted sets, 6 leases hash, 7 faults hash, 8 counts hash,
--        9 kept sorted set, 10 notes hash: see keys.py; from 11 the keys of the requests that ARGV names
-- ARGV   1 msgpack {most jobs, most bytes, seconds to remember a request, number of jobs, seconds to keep what is over};
--        then two for each job: msgpack {id, priority, delay in µs, place of its request's key in KEYS (0: none), fingerprint},
--        and its payload
-- Returns {1 if nothing was ready or delayed before, else 0; for each job one of
--        {'NEW', arrival µs}, {'KNOWN', arrival µs} (a repeated request, or one of the id is there),
--        {'REQUEST_ID_REUSED'}, {'FULL', jobs held}, {'NO_MEMORY', percent of the server's memory in use}}

local POINT_US = 1000000 -- workqueue/order.py
local MOST_PERCENT = 90 -- the rest is for emptying the queue: routing what it holds takes memory too
local LOOK_US = 50000 -- to look costs as much as to take ten jobs in, so it is done once in a while, and while it is short
local header = cmsgpack.unpack(ARGV[1])
local most_jobs, most_bytes, ttl_s, n_jobs, kept_s = header[1], header[2], header[3], header[4], header[5]
local function integer(n) return string.format('%.0f', n) end

local was_idle = redis.call('ZCARD', KEYS[2]) + redis.call('ZCARD', KEYS[3]) == 0 and 1 or 0
local held = redis.call('HLEN', KEYS[1])
local counts = redis.call('HMGET', KEYS[8], 'bytes', 'arrival')
local bytes, arrival = tonumber(counts[1] or 0), tonumber(counts[2] or 0)
local bytes_before, submitted = bytes, 0

local function memory_percent()
  -- Returns how much of the memory that the server may use is in use; 0 where it has no limit, or does not tell.
  local told = redis.pcall('INFO', 'memory')
  if type(told) ~= 'string' then return 0 end
  local function bytes_of(name) return tonumber(string.match(told, '\n' .. name .. ':(%d+)') or 0) end
  local limit = bytes_of('maxmemory')
  return limit > 0 and 100 * (bytes_of('used_memory') - bytes_of('mem_not_counted_for_evict')) / limit or 0
end
local has_looked = math.floor(arrival / LOOK_US) == math.floor(now_us / LOOK_US)
local percent = has_looked and 0 or memory_percent()

local function remember(request, fingerprint, arrived)
  if request > 0 then redis.call('SET', KEYS[request], fingerprint .. ' ' .. integer(arrived), 'EX', ttl_s) end
end

local function known_arrival(request, fingerprint)
  -- Returns when the request's job arrived, or nil; and whether the request was about something else.
  local known = request > 0 and redis.call('GET', KEYS[request])
  if not known then return nil, false end
  local mark, arrived = string.match(known, '^(.*) (%d+)$')
  return tonumber(arrived), mark ~= fingerprint
end

local function make_way(state, id, record)
  -- A job that is dead or kept makes way for a new one.
  redis.call('ZREM', state, id)
  redis.call('HDEL', KEYS[1], id)
  redis.call('HDEL', KEYS[6], id)
  redis.call('HDEL', KEYS[7], id)
  redis.call('HDEL', KEYS[10], id)
  held, bytes = held - 1, bytes - #record[1]
end

local function forget_kept(until_us)
  -- The oldest kept job makes way if it ended by then; returns whether there was one.
  local id = redis.call('ZRANGEBYSCORE', KEYS[9], '-inf', until_us, 'LIMIT', 0, 1)[1]
  if id then make_way(KEYS[9], id, cmsgpack.unpack(redis.call('HGET', KEYS[1], id))) end
  return id
end

local function take(id, priority, delay_us, request, fingerprint, payload)
  local arrived, reused = known_arrival(request, fingerprint)
  if reused then return {'REQUEST_ID_REUSED'} end
  if arrived then return {'KNOWN', integer(arrived)} end
  local packed = redis.call('HGET', KEYS[1], id)
  local record = packed and cmsgpack.unpack(packed)
  local is_dead = record and redis.call('ZSCORE', KEYS[5], id)
  if record and not is_dead then
    remember(request, fingerprint, record[3])
    return {'KNOWN', integer(record[3])}
  end
  local freed = record and #record[1] or 0
  while held - (record and 1 or 0) >= most_jobs or bytes - freed + #payload > most_bytes do
    if not forget_kept('+inf') then return {'FULL', integer(held)} end
  end
  if percent > MOST_PERCENT then return {'NO_MEMORY', integer(percent)} end
  if record then make_way(KEYS[5], id, record) end
  arrival = math.max(now_us, arrival + 1)
  local since = arrival + delay_us
  redis.call('HSET', KEYS[1], id, cmsgpack.pack({payload, priority, arrival, since}))
  if delay_us > 0 then
    redis.call('ZADD', KEYS[3], integer(since), id)
  else
    redis.call('ZADD', KEYS[2], integer(since - priority * POINT_US), id)
  end
  held, bytes, submitted = held + 1, bytes + #payload, submitted + 1
  remember(request, fingerprint, arrival)
  return {'NEW', integer(arrival)}
end

while forget_kept(integer(now_us - kept_s * 1000000)) do end
local answers = {was_idle}
for i = 1, n_jobs do
  local j = cmsgpack.unpack(ARGV[2 * i])
  answers[i + 1] = take(j[1], j[2], j[3], j[4], j[5], ARGV[2 * i + 1])
end
if bytes ~= bytes_before then redis.call('HINCRBY', KEYS[8], 'bytes', integer(bytes - bytes_before)) end
if submitted > 0 then
  redis.call('HSET', KEYS[8], 'arrival', integer(arrival))
  redis.call('HINCRBY', KEYS[8], 'submitted', submitted)
end
return answers
