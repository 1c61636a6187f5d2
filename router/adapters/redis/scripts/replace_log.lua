-- Puts a log that was written anew in the place of the old one, unless that has grown since it was read.
--
-- KEYS   1 revisions hash, 2 events stream: as in bind.lua; 3 the new events stream
-- ARGV   1 number and 2 link of the old log's last event as they were read, 3 the new mark of the rules, 4 that of the
--        workforce, 5 that of the processes
-- Returns {'DONE'}, or {'CHANGED'}, {'FORMAT', its format}.

local refused = check_format(KEYS[1])
if refused then return refused end
open_log(KEYS[2])
if log.number ~= tonumber(ARGV[1]) or log.link ~= ARGV[2] then return {'CHANGED'} end
redis.call('RENAME', KEYS[3], KEYS[2])
for place, mark in ipairs({'rules_mark', 'workforce_mark', 'processes_mark'}) do
  if redis.call('HEXISTS', KEYS[1], mark) == 1 then redis.call('HSET', KEYS[1], mark, ARGV[place + 2]) end
end
return {'DONE'}
