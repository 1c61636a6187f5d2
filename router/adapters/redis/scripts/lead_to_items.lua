-- Has the normal ids of work items of before format 3 lead to them, see router/model/identity.py. It may be run again.
--
-- KEYS[i]    string, the key of a normal id
-- ARGV[i]    string, the id of the work item
-- Returns for each 0, or, where the normal id leads to another work item already, that one's id; '' where it is one's own.

local answers = {}
for place, id in ipairs(ARGV) do
  local packed = redis.call('GET', KEYS[place])
  if not packed then
    redis.call('SET', KEYS[place], cmsgpack.pack(id))
    answers[place] = 0
  else
    local other = cmsgpack.unpack(packed)
    other = type(other) == 'string' and other or ''
    answers[place] = other == id and 0 or other
  end
end
return answers
