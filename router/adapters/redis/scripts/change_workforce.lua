-- Writes reps, pools and territories as one new revision, and settles the ledgers of the pools that somebody leaves.
--
-- KEYS   1 revisions hash, 2 loads hash, 3 events stream: as in bind.lua; 4 records hash `{kind}/{id}` → JSON; 5 changes stream
--        6 presence hash: see ledger.lua; 7 … the ledgers of the settlements, then the request's key (absent: none)
-- ARGV   1 expected workforce revision (0: none yet), 2 fingerprint of the request, 3 seconds to remember it,
--        4 records, msgpack {{'{kind}/{id}', JSON ('': deleted)}, …}, 5 idle reps, msgpack, 6 kinds of work, msgpack,
--        7 settlements, msgpack {{pool, leavers, {rep, weight, ramp} of members ({}: nobody is left, the ledger is dropped)}, …},
--          weights in thousandths, a ramp {{ms from which on, weight}, …} in the order of time,
--        8 actor ('': nobody is asked who they are), 9 mark of the expected revision ('': of none yet), 10 reps who may have no offer open any
--          more, msgpack: what they are offered is rescinded, as is all of the pools that are settled
-- Returns {'DONE', revision} (also for a repeated request), or {'STALE'}, {'REQUEST_ID_REUSED'}, {'BUSY', rep},
--        {'FORMAT', its format}.

local refused = check_format(KEYS[1])
if refused then return refused end
local settlements = cmsgpack.unpack(ARGV[7])
local FIRST_LEDGER = 7
local GONE = -2 -- until when a rep is away who was deleted
local request_key = KEYS[FIRST_LEDGER + #settlements]
local known
if request_key then known = known_answer(redis.call('GET', request_key), ARGV[2], 2) end
if known == false then return {'REQUEST_ID_REUSED'} end
if known then return {'DONE', known[2]} end
local current = redis.call('HMGET', KEYS[1], 'workforce', 'workforce_mark')
if tonumber(current[1] or 0) ~= tonumber(ARGV[1]) or (current[2] or '') ~= ARGV[9] then return {'STALE'} end
local records = cmsgpack.unpack(ARGV[4])
for _, rep in ipairs(cmsgpack.unpack(ARGV[5])) do
  local units = -tonumber(redis.call('HGET', KEYS[2], rep .. '|offers') or 0) -- they are rescinded
  for _, kind in ipairs(cmsgpack.unpack(ARGV[6])) do
    units = units + tonumber(redis.call('HGET', KEYS[2], rep .. '|' .. kind) or 0)
  end
  if units > 0 then return {'BUSY', rep} end
end

local revision = tonumber(ARGV[1]) + 1

local function in_force(members)
  -- Returns {rep, weight} of each, of this instant: whoever is still given little takes little of what a leaver leaves.
  local now = {}
  for i, member in ipairs(members) do
    local weight = member[2]
    for _, step in ipairs(member[3]) do
      if step[1] <= log.now_ms then weight = step[2] end
    end
    now[i] = {member[1], weight}
  end
  return now
end

local function settle(key, leavers, members)
  -- router/assignment/ledger.py `settle`.
  local deficits, fields = {}, redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local name, value = fields[i], tonumber(fields[i + 1])
    if string.sub(name, 1, 2) == 'd:' then deficits[string.sub(name, 3)] = value end
  end
  local total = 0
  for _, member in ipairs(members) do total = total + member[2] end
  local after = {}
  for i, member in ipairs(members) do after[i] = deficits[member[1]] or 0 end
  for _, leaver in ipairs(leavers) do
    local balance = deficits[leaver] or 0
    local size, sign, sum, shares = math.abs(balance), balance >= 0 and 1 or -1, 0, {}
    for i, member in ipairs(members) do
      shares[i] = math.floor(size * member[2] / total)
      sum = sum + shares[i]
    end
    shares[1] = shares[1] + size - sum
    for i = 1, #members do after[i] = after[i] + sign * shares[i] end
    redis.call('HDEL', key, 'd:' .. leaver, 'r:' .. leaver, 'a:' .. leaver, 'o:' .. leaver, 'c:' .. leaver, 'p:' .. leaver, 'e:' .. leaver)
    local stands = credit_state(redis.call('HGET', key, 'l:' .. leaver))
    -- should they come again, what was credited is not credited again
    if stands.until_ms > 0 then redis.call('HSET', key, 'l:' .. leaver, integer(stands.until_ms) .. ' 0 0') end
  end
  for i, member in ipairs(members) do redis.call('HSET', key, 'd:' .. member[1], integer(after[i])) end
  disturb(key, #members)
end

local function rescind_offers(what, because)
  -- Rescinds what is offered of a pool, or to a rep, see offers.lua.
  for _, id in ipairs(offers_of(what)) do
    local key = key_of('item', id)
    local record = cmsgpack.unpack(redis.call('GET', key))
    rescind_offer(id, record, ARGV[8], because)
    index_item(key_of('waiting'), id, 'OFFERED', '', record)
    redis.call('SET', key, cmsgpack.pack(record))
  end
end

open_log(KEYS[3])
loads = amounts_of(KEYS[2])
local names = {}
for place, entry in ipairs(records) do names[place] = entry[1] end
append_event('workforce.2', cmsgpack.pack({revision, names, redis.sha1hex(ARGV[4]), ARGV[8]}), '')
redis.call('HSET', KEYS[1], 'workforce', integer(revision), 'workforce_mark', log.link, 'format', FORMAT)
for place, entry in ipairs(records) do
  local name, record = entry[1], entry[2]
  redis.call('XADD', KEYS[5], string.format('%.0f-%d', revision, place), 'name', name, 'record', record)
  if record == '' then
    redis.call('HDEL', KEYS[4], name)
  else
    redis.call('HSET', KEYS[4], name, integer(revision) .. ' ' .. record)
  end
end
for i, settlement in ipairs(settlements) do rescind_offers('p' .. settlement[1], 'SETTLED') end
for _, rep in ipairs(cmsgpack.unpack(ARGV[10])) do rescind_offers('r' .. rep, 'LEFT') end
write_ledgers()
write_offers()
for i, settlement in ipairs(settlements) do
  local pool, leavers, members = settlement[1], settlement[2], in_force(settlement[3])
  append_event('settled.2', cmsgpack.pack({pool, leavers, members}), '')
  if #members > 0 then settle(KEYS[FIRST_LEDGER - 1 + i], leavers, members) else redis.call('DEL', KEYS[FIRST_LEDGER - 1 + i]) end
end
for _, entry in ipairs(records) do
  local rep = entry[2] == '' and string.match(entry[1], '^rep/(.*)$')
  if rep and redis.call('HDEL', KEYS[6], rep) + drop_lapses(rep) > 0 then
    append_event('presence.1', cmsgpack.pack({rep, GONE, ARGV[8]}), '')
  end
end
if request_key then keep_answer(request_key, tonumber(ARGV[3]), {ARGV[2], revision}) end
return {'DONE', revision}
