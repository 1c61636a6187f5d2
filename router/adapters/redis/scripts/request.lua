-- What a request id was answered: a string that expires, msgpack {fingerprint, event number or revision, outcome}; only
-- decisions have an outcome.

local function known_answer(packed, fingerprint, places)
  -- Returns what was answered before; nil if nothing was, false if the id was used for other content.
  if not packed then return nil end
  local known = cmsgpack.unpack(packed)
  return known[1] == fingerprint and #known == places and known
end

local function keep_answer(key, ttl_s, answer)
  -- Returns what is stored.
  local packed = cmsgpack.pack(answer)
  redis.call('SET', key, packed, 'EX', ttl_s)
  return packed
end

-- What a call that gives work items their owners was answered, in a string that expires, msgpack {status, event number or
-- what else stands in its place, false for nothing, and so on}: a call whose connection broke before the reply is sent
-- again under the same key, and is answered as it was, whatever has happened since.

local SENT_AGAIN_S = 30 -- longer than store/channel.py sends one again

local function keep_answers(key, answers)
  local said = {}
  for _, answer in ipairs(answers) do said[#said + 1], said[#said + 2] = answer[1], answer[2] or false end
  redis.call('SET', key, cmsgpack.pack(said), 'EX', SENT_AGAIN_S)
end

-- What follows is made where something was here before; see `linked` of store/linking.py.
local function use_repeats() end

local function earlier(status, number)
  -- Returns an answer with the decision of a number.
  local type, facts, head = read_event(number)
  if not type then return {'LOST'} end
  return {status, number, facts, head, type}
end

local function answered_before(packed)
  -- Returns what a call was answered.
  local said, answers = cmsgpack.unpack(packed), {}
  for place = 1, #said, 2 do
    local status, rest = said[place], said[place + 1]
    local decided = status == 'NEW' or status == 'REPEATED' or string.sub(status, 1, 9) == 'EXISTING_'
    answers[#answers + 1] = decided and earlier(status, rest) or {status, rest or nil}
  end
  return answers
end
