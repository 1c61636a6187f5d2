-- Makes a step of a rep's credit that is due, once: at the end of a leave they get something of the pool's other members,
-- and at the end of the credit what is left of it goes back.
--
-- KEYS   1 revisions hash, 2 events stream: as in bind.lua; 3 timers zset, see timers.lua; 4 the pool's ledger, see ledger.lua;
--        5 position hash, see set_timers.lua
-- ARGV   1 revision of the workforce that it is planned by, 2 that revision's mark, 3 the timer's member, 4 when it is due, in
--        milliseconds since the epoch, 5 the step, msgpack {pool, rep, entry, which is 0 at the end of a leave and else the event
--        whose credit ends, since, until, expire (milliseconds since the epoch), charged in that time, the most that may be
--        outstanding (micro-units), {rep, weight} of members}
-- Returns {'DONE', event number}, or {'VOID'} if it is not due or was made before, {'STALE'} if the revision is another,
--        {'FORMAT', its format}.

local refused = check_format(KEYS[1])
if refused then return refused end
local current = redis.call('HMGET', KEYS[1], 'workforce', 'workforce_mark')
if tonumber(current[1] or 0) ~= tonumber(ARGV[1]) or (current[2] or '') ~= ARGV[2] then return {'STALE'} end
open_log(KEYS[2])
if tonumber(redis.call('ZSCORE', KEYS[3], ARGV[3]) or -1) ~= tonumber(ARGV[4]) or tonumber(ARGV[4]) > log.now_ms then
  return {'VOID'}
end

local pool, rep, entry, since_ms, until_ms, expire_ms, charged, most, members = unpack(cmsgpack.unpack(ARGV[5]))
local LEDGER = KEYS[4]
local stored = redis.call('HMGET', LEDGER, 'c:' .. rep, 'l:' .. rep)
local rest, stands = tonumber(stored[1] or 0), credit_state(stored[2])

local function amount_of_leave()
  -- router/assignment/ledger.py `credit`.
  local total, weight = 0, 0
  for _, member in ipairs(members) do
    total = total + member[2]
    if member[1] == rep then weight = member[2] end
  end
  if #members < 2 or log.now_ms >= expire_ms then return 0 end
  return math.max(0, math.min(most - rest, math.floor(charged * weight / total)))
end

local function transfer(amount)
  -- router/assignment/ledger.py `transfer`.
  local total, sum, first, size, sign = 0, 0, nil, math.abs(amount), amount >= 0 and 1 or -1
  local fields, shares, after = {}, {}, {}
  for i, member in ipairs(members) do
    fields[i] = 'd:' .. member[1]
    if member[1] ~= rep then total, first = total + member[2], first or i end
  end
  for i, member in ipairs(members) do
    shares[i] = member[1] ~= rep and math.floor(size * member[2] / total) or 0
    sum = sum + shares[i]
  end
  if first then shares[first] = shares[first] + size - sum end
  for i, member in ipairs(members) do
    local deficit = tonumber(redis.call('HGET', LEDGER, fields[i]) or 0)
    after[i] = member[1] == rep and deficit + (first and amount or 0) or deficit - sign * shares[i]
  end
  for i, field in ipairs(fields) do redis.call('HSET', LEDGER, field, integer(after[i])) end
end

local amount = -rest
if entry == 0 then amount = amount_of_leave() end
if entry == 0 and (until_ms <= stands.until_ms or until_ms > log.now_ms) then return {'VOID'} end
if entry > 0 and (stands.entry ~= entry or expire_ms > log.now_ms) then return {'VOID'} end -- a later leave may have prolonged it
local number = append_event('credited.1',
  cmsgpack.pack({pool, rep, entry, since_ms, until_ms, expire_ms, charged, most, amount, tonumber(ARGV[1]), members}), '')
if entry > 0 then
  redis.call('HDEL', LEDGER, 'c:' .. rep)
  stands.entry, stands.expire_ms = 0, 0
else
  stands.until_ms = until_ms
  if amount > 0 then
    redis.call('HSET', LEDGER, 'c:' .. rep, integer(rest + amount))
    stands.entry, stands.expire_ms = number, expire_ms
  end
end
redis.call('HSET', LEDGER, 'l:' .. rep, integer(stands.until_ms) .. ' ' .. integer(stands.entry) .. ' ' .. integer(stands.expire_ms))
transfer(amount)
disturb(LEDGER, #members)
redis.call('ZREM', KEYS[3], ARGV[3])
note_what_is_due(KEYS[3], KEYS[5])
return {'DONE', number}
