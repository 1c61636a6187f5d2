-- Keeps all records of a past revision of the workforce, unless the workforce has become another since they were made.
--
-- KEYS   1 revisions hash: as in bind.lua; 2 kept records hash, revision → all records, packed
-- ARGV   1 revision, 2 the records, packed, 3 the workforce's revision and 4 its mark before the changes were read
-- Returns {'DONE'}, or {'CHANGED'}, {'FORMAT', its format}.

local refused = check_format(KEYS[1])
if refused then return refused end
local current = redis.call('HMGET', KEYS[1], 'workforce', 'workforce_mark')
if tonumber(current[1] or 0) ~= tonumber(ARGV[3]) or (current[2] or '') ~= ARGV[4] then return {'CHANGED'} end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return {'DONE'}
