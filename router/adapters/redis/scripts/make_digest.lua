-- Makes a list of what falls due for a rep, once.
--
-- KEYS   1 revisions hash, 2 events stream: as in bind.lua; 3 timers zset, see timers.lua; 4 digests hash: `{rep}|{kind}` → when
--        the last list was due, in milliseconds since the epoch, `{rep}` → the event of their last one, `*` → that of the last of
--        all; 5 position hash, see set_timers.lua
-- ARGV   1 revision of the workforce by which it is due, 2 that revision's mark, 3 the timer's member, 4 when it is due, in
--        milliseconds since the epoch, 5 the list, msgpack {rep, kind, when it was due, which may be later, how many entries there
--        would be, {{item id, stage, deadline, due}, …}}, times in milliseconds since the epoch
-- Returns {'DONE', event number}, or {'VOID'} if it is not due, or the last one of the rep and the kind was due then or later,
--        {'STALE'} if the revision is another, {'FORMAT', its format}.

local refused = check_format(KEYS[1])
if refused then return refused end
local current = redis.call('HMGET', KEYS[1], 'workforce', 'workforce_mark')
if tonumber(current[1] or 0) ~= tonumber(ARGV[1]) or (current[2] or '') ~= ARGV[2] then return {'STALE'} end
open_log(KEYS[2])
if tonumber(redis.call('ZSCORE', KEYS[3], ARGV[3]) or -1) ~= tonumber(ARGV[4]) or tonumber(ARGV[4]) > log.now_ms then
  return {'VOID'}
end

local rep, kind, due_ms, total, entries = unpack(cmsgpack.unpack(ARGV[5]))
local field = rep .. '|' .. kind
local stored = redis.call('HMGET', KEYS[4], field, rep, '*')
if due_ms > log.now_ms or due_ms <= tonumber(stored[1] or -1) then return {'VOID'} end
local previous, before = tonumber(stored[2] or 0), tonumber(stored[3] or 0)
local number = append_event('digest.1',
  cmsgpack.pack({rep, kind, due_ms, tonumber(ARGV[1]), previous, before, total, entries}), '')
redis.call('HSET', KEYS[4], field, integer(due_ms), rep, integer(number), '*', integer(number))
redis.call('ZREM', KEYS[3], ARGV[3])
note_what_is_due(KEYS[3], KEYS[5])
return {'DONE', number}
