-- The log of a tenant, one stream for every change there is. Stands before each script that writes to it (see `Script`).
--
-- An event is an entry `{number}-0` with the fields `type`, `facts`, `head` and `link`. The link is a SHA-1 over the link
-- before it and the event itself: none can be changed, left out or slipped in without breaking every later link.
-- router/history/hash_chain.py computes it again.

local log = {}

function log.open(key)
  -- Finds the end of the log.
  local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  log.key = key
  log.number = last and tonumber(string.match(last[1], '^%d+')) or 0
  log.link = last and last[2][8] or ''
end

function log.append(type, facts, head)
  -- Appends an event and returns its number.
  log.number = log.number + 1
  local id = string.format('%.0f-0', log.number)
  log.link = redis.sha1hex(log.link .. '|' .. id .. '|' .. type .. '|' .. #facts .. '|' .. facts .. head)
  redis.call('XADD', log.key, id, 'type', type, 'facts', facts, 'head', head, 'link', log.link)
  return log.number
end

local function integer(number) return string.format('%.0f', number) end

local function clock_ms()
  local clock = redis.call('TIME')
  return clock[1] * 1000 + math.floor(clock[2] / 1000)
end

