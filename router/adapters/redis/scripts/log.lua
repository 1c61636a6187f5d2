-- The log of a tenant, one stream for every change there is.
--
-- An event is an entry `{number}-0` with the fields `type`, `facts`, `head` and `link`. The type names the event and its
-- format, `decision.2`; router/history/codec.py has a reader for each. The facts begin with the event's time, packed on
-- its own. The link is a SHA-1 over the link before it and the event itself: none can be changed, left out or slipped in
-- without breaking every later link. router/history/hash_chain.py computes it again.

local function integer(number) return string.format('%.0f', number) end

local log = {}

function log.time_of(facts)
  -- Returns the time of an event, in milliseconds; those of format 1 have it first in their one array.
  local kind, a, b, c, d, e, f, g, h = string.byte(facts, 1, 9)
  if kind ~= 0xcf then -- of format 1, or of another age
    local first = cmsgpack.unpack(facts)
    return type(first) == 'table' and first[1] or first
  end
  return ((((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f) * 256 + g) * 256 + h
end

function log.open(key)
  -- Finds the end of the log. `log.now_ms` is the time of this call: that of the clock, but never before the last event.
  local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  log.key, log.number, log.link, log.now_ms = key, 0, '', math.floor(clock_us() / 1000)
  if last then
    log.number, log.link = tonumber(string.match(last[1], '^%d+')), last[2][8]
    log.now_ms = math.max(log.now_ms, log.time_of(last[2][4]))
  end
  log.now = cmsgpack.pack(log.now_ms)
end

function log.append(type, facts, head)
  -- Appends an event and returns its number. Fails if somebody deleted events at the end of the log: so a script appends
  -- before it writes anything else.
  log.number = log.number + 1
  local id = string.format('%.0f-0', log.number)
  facts = log.now .. facts
  log.link = redis.sha1hex(log.link .. '|' .. id .. '|' .. type .. '|' .. #facts .. '|' .. facts .. head)
  redis.call('XADD', log.key, id, 'type', type, 'facts', facts, 'head', head, 'link', log.link)
  return log.number, facts
end

function log.read(number)
  -- Returns type, facts and head of an event; nothing if somebody deleted it.
  local id = integer(number) .. '-0'
  local entry = redis.call('XRANGE', log.key, id, id)[1]
  if entry then return entry[2][2], entry[2][4], entry[2][6] end
end

