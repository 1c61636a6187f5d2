-- Fires timers that are due, each at most once, and removes them; those that are void by now are removed and do not fire.
--
-- KEYS   1 revisions hash, 2 events stream: as in bind.lua; 3 timers zset, see timers.lua; 4 position hash, see
--        set_timers.lua; then per timer its item's key, or the
--        presence hash of one of `presences/{rep}`: see ledger.lua
-- ARGV[i]    string, member of the timer whose item is KEYS[i + 4], in the order in which they are to fire
-- Returns {how many were removed, {member, why, …} of those whose item's record, or its offer, cannot be read: removed too}; or {'FORMAT', its format}.

local refused = check_format(KEYS[1])
if refused then return refused end
open_log(KEYS[2])
loads = amounts_of(key_of('loads'))

local function come_back(presence, rep, due_ms)
  -- Has a rep be there who is away until now, and not longer.
  if redis.call('HGET', presence, rep) ~= integer(due_ms) then return end
  append_event('presence.1', cmsgpack.pack({rep, -1, ''}), '')
  redis.call('HDEL', presence, rep)
end

local function is_superseded(name, entry, step, id)
  -- Says whether the step behind one that tells is due too: of what is told late the last is told alone.
  local due_ms = string.sub(name, 1, 4) == 'due/' and redis.call('ZSCORE', KEYS[3], member_of(entry, integer(step + 1), name, id))
  return due_ms and tonumber(due_ms) <= log.now_ms
end

local function record_fired(key, id, name, entry, step)
  -- Returns an item's record as it is once the timer has fired, and the offer that lapses by it; nil: it does not fire. Fails where
  -- the record, or the offer, cannot be read.
  local packed = redis.call('GET', key)
  local record = packed and cmsgpack.unpack(packed)
  if not record then return nil end
  next_state(record, '') -- fails where it has no state
  for place = EPOCH, FIRST do
    if type(record[place]) ~= 'number' then error('no number in place ' .. place) end
  end
  if not may_fire(record, name, entry, step) then return nil end
  if name == 'lapse' then return record, offer_of(id, record) end -- that has an event of its own
  if is_of_deadline(name) then return not is_superseded(name, entry, step, id) and record or nil end -- that moves on with its event
  note_fired(record, name, entry, step, log.now_ms)
  return record
end

local unreadable = {}

local function fire(member, key, due_ms)
  local entry, step, name, id = timer_of(member)
  if name == 'back' then return come_back(key, string.match(id, '/(.*)$'), due_ms) end
  local is_readable, record, offer = pcall(record_fired, key, id, name, entry, step)
  if not is_readable then
    unreadable[#unreadable + 1], unreadable[#unreadable + 2] = member, type(record) == 'table' and record.err or tostring(record)
    return
  end
  if not record then return end
  if name == 'lapse' then
    local waiting = key_of('waiting')
    lapse_offer(id, record, offer, key_of('presence'))
    index_item(waiting, id, 'OFFERED', '', record)
    redis.call('SET', key, cmsgpack.pack(record))
    return
  end
  if is_of_deadline(name) then
    local workforce = tonumber(redis.call('HGET', KEYS[1], 'workforce') or 0)
    record[EVENT] = append_event('fired.3', cmsgpack.pack({id, name, entry, step, due_ms, record[EVENT], workforce}), '')
  elseif name == 'wake' then
    append_event('fired.1', cmsgpack.pack({id, name, entry, step, due_ms}), '')
  else
    record[EVENT] = append_event('fired.2', cmsgpack.pack({id, name, entry, step, due_ms, record[EVENT]}), '')
  end
  redis.call('SET', key, cmsgpack.pack(record))
end

local removed = {}
for place, member in ipairs(ARGV) do
  local due_ms = tonumber(redis.call('ZSCORE', KEYS[3], member) or math.huge)
  if due_ms <= log.now_ms then
    fire(member, KEYS[place + 4], due_ms)
    removed[#removed + 1] = member
  end
end
if #removed > 0 then redis.call('ZREM', KEYS[3], unpack(removed)) end
write_ledgers()
write_offers()
note_what_is_due(KEYS[3], KEYS[4])
return {#removed, unreadable}
