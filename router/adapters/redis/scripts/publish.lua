-- Publishes a rule set as the next revision; from then on no decision is made by another.
--
-- KEYS   1 revisions hash: as in bind.lua; 2 rule sets hash, revision → JSON; 3 events stream; 4 the request's key
--        (absent: none)
-- ARGV   1 expected active revision ('': any), 2 fingerprint of the request, 3 seconds to remember it, 4 the publication as JSON,
--        without its revision and time; 5 the revision it goes back to (0: none), 6 actor ('': nobody is asked who they are)
-- Returns {'DONE', revision, JSON} (also for a repeated request), or {'STALE', active revision}, {'REQUEST_ID_REUSED'},
--        {'FORMAT', its format}.

local refused = check_format(KEYS[1])
if refused then return refused end
local known
if KEYS[4] then known = known_answer(redis.call('GET', KEYS[4]), ARGV[2], 2) end
if known == false then return {'REQUEST_ID_REUSED'} end
if known then return {'DONE', known[2], redis.call('HGET', KEYS[2], integer(known[2]))} end
local active = tonumber(redis.call('HGET', KEYS[1], 'rules') or 0)
if ARGV[1] ~= '' and tonumber(ARGV[1]) ~= active then return {'STALE', active} end

open_log(KEYS[3])
local published = integer(log.now_ms) .. ' ' .. ARGV[4]
local revision = active + 1
append_event('rules.2', cmsgpack.pack({revision, tonumber(ARGV[5]), redis.sha1hex(ARGV[4]), ARGV[6]}), '')
redis.call('HSET', KEYS[2], integer(revision), published)
redis.call('HSET', KEYS[1], 'rules', integer(revision), 'rules_mark', log.link, 'format', FORMAT)
if KEYS[4] then keep_answer(KEYS[4], tonumber(ARGV[3]), {ARGV[2], revision}) end
return {'DONE', revision, published}
