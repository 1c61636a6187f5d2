-- Writes down that a rep is away, or back. It is no change of the workforce: no decision has to be planned anew.
--
-- KEYS   1 revisions hash, 2 events stream: as in bind.lua; 3 presence hash: see ledger.lua; 4 records hash: as in
--        change_workforce.lua; 5 the request's key (absent: none)
-- ARGV   1 rep, 2 until when they are away, in milliseconds since the epoch (0: until told otherwise, -1: they are there),
--        3 fingerprint of the request, 4 seconds to remember it, 5 actor ('': nobody is asked who they are)
-- Returns {'DONE', event number} (also for a repeated request), or {'NOT_FOUND'} where there is no such rep, {'PASSED', now} of an
--        instant that is not ahead, {'REQUEST_ID_REUSED'}, {'FORMAT', its format}.

local refused = check_format(KEYS[1])
if refused then return refused end
local rep, until_ms, request_key = ARGV[1], tonumber(ARGV[2]), KEYS[5]
local known
if request_key then known = known_answer(redis.call('GET', request_key), ARGV[3], 2) end
if known == false then return {'REQUEST_ID_REUSED'} end
if known then return {'DONE', known[2]} end
if redis.call('HEXISTS', KEYS[4], 'rep/' .. rep) == 0 then return {'NOT_FOUND'} end

open_log(KEYS[2])
if until_ms > 0 and until_ms <= log.now_ms then return {'PASSED', log.now_ms} end
local number = append_event('presence.1', cmsgpack.pack({rep, until_ms, ARGV[5]}), '')
if until_ms < 0 then
  redis.call('HDEL', KEYS[3], rep)
else
  redis.call('HSET', KEYS[3], rep, integer(until_ms))
end
forgive_lapses(rep)
if request_key then keep_answer(request_key, tonumber(ARGV[4]), {ARGV[3], number}) end
return {'DONE', number}
