-- Publishes a rule set, or a process, as the next revision; from then on no decision is made by another rule set.
--
-- KEYS   1 revisions hash: as in bind.lua; 2 rule sets hash, or processes hash, revision → JSON behind its time, of
--        processes behind time and event; 3 events stream; 4 the request's key (absent: none)
-- ARGV   1 expected newest revision ('': any), of a process its own active one, where it has none 0; 2 fingerprint of the request,
--        3 seconds to remember it, 4 the publication as JSON, without what it gets here;
--        5 the revision it goes back to (0: none), 6 actor ('': nobody is asked who they are),
--        7 'rules' or 'processes'; of a process: 8 its id, 9 … its kinds
-- Returns {'DONE', revision, what stands in the hash} (also for a repeated request), or {'STALE', the one it should be},
--        {'TAKEN', kind, the process that has it}, {'REQUEST_ID_REUSED'}, {'FORMAT', its format}.

local refused = check_format(KEYS[1])
if refused then return refused end
local known
if KEYS[4] then known = known_answer(redis.call('GET', KEYS[4]), ARGV[2], 2) end
if known == false then return {'REQUEST_ID_REUSED'} end
if known then return {'DONE', known[2], redis.call('HGET', KEYS[2], integer(known[2]))} end
local newest = tonumber(redis.call('HGET', KEYS[1], ARGV[7]) or 0)

-- Which processes are active stands in the field `active` of their hash: msgpack {process → {revision, kind …}}.
local process, kinds, active = ARGV[8], {unpack(ARGV, 9)}, {}
if process then
  local packed = redis.call('HGET', KEYS[2], 'active')
  if packed then active = cmsgpack.unpack(packed) end
end
local current = newest
if process then current = active[process] and active[process][1] or 0 end
if ARGV[1] ~= '' and tonumber(ARGV[1]) ~= current then return {'STALE', current} end
if process then
  for _, kind in ipairs(kinds) do
    for other, stands in pairs(active) do
      for place = 2, #stands do
        if other ~= process and stands[place] == kind then return {'TAKEN', kind, other} end
      end
    end
  end
end

open_log(KEYS[3])
local revision, event = newest + 1
local facts = {revision, tonumber(ARGV[5]), redis.sha1hex(ARGV[4]), ARGV[6]}
local published = integer(log.now_ms) .. ' '
if process then
  facts[5], facts[6] = process, kinds
  event = append_event('process.1', cmsgpack.pack(facts), '')
  published = published .. integer(event) .. ' '
  active[process] = {revision, unpack(kinds)}
  redis.call('HSET', KEYS[2], 'active', cmsgpack.pack(active))
else
  append_event('rules.2', cmsgpack.pack(facts), '')
end
published = published .. ARGV[4]
redis.call('HSET', KEYS[2], integer(revision), published)
redis.call('HSET', KEYS[1], ARGV[7], integer(revision), ARGV[7] .. '_mark', log.link, 'format', FORMAT)
if KEYS[4] then keep_answer(KEYS[4], tonumber(ARGV[3]), {ARGV[2], revision}) end
return {'DONE', revision, published}
