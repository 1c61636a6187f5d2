-- Notes that the log was followed for the timers to its end, where nothing that it has more by now makes any fall due: for
-- nothing can at all, or nothing waits.
--
-- KEYS   1 revisions hash, 2 events stream: as in bind.lua; 3 timers zset, see timers.lua; 4 position hash, see set_timers.lua;
--        5 presence hash: see ledger.lua; 6 waiting zset: as in bind.lua; 7 dated zset, see item.lua `set_next`
-- ARGV   1 the event that it was followed to, 2 and 3 revisions of rules and workforce that were active then, at which nothing
--        falls due as long as nobody is away, nothing has a next date and, unless 4 is 1, nothing waits and, unless 5 is 1, nothing is
--        offered; 6 the newest revision of the processes, of which people are told
-- Returns {events that were not read}: 0, and nothing is written, where it was followed to another event, rules, workforce or
--         processes are others by now, somebody is away, something waits or is offered that may not, has a next date, or there is a timer; or {'FORMAT', its format}.

local TIMERS, POSITION, PRESENCE, WAITING, DATED = KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]

local refused = check_format(KEYS[1])
if refused then return refused end
local active = redis.call('HMGET', KEYS[1], 'rules', 'workforce', 'processes')
local is_so = redis.call('HGET', POSITION, 'event') == ARGV[1]
  and (active[1] or '0') == ARGV[2] and (active[2] or '0') == ARGV[3]
  and (active[3] or '0') == ARGV[6]
if not is_so or redis.call('EXISTS', TIMERS, PRESENCE, DATED) > 0 then return {0} end
if ARGV[4] ~= '1' and redis.call('EXISTS', WAITING) > 0 then return {0} end
if ARGV[5] ~= '1' and redis.call('EXISTS', key_of('offered')) > 0 then return {0} end
open_log(KEYS[2])
local unread = log.number - tonumber(ARGV[1])
if unread > 0 then redis.call('HSET', POSITION, 'event', integer(log.number)) end
return {unread}
