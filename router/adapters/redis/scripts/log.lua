-- The log of a tenant, one stream for every change there is.
--
-- An event is an entry `{number}-0` with the fields `type`, `facts`, `head` and `link`. The type names the event and its
-- format, `decision.2`; router/history/codec.py has a reader for each. The facts begin with the event's time, packed on
-- its own. The link is a SHA-1 over the link before it and the event itself: none can be changed, left out or slipped in
-- without breaking every later link. router/history/hash_chain.py computes it again.

local function integer(number) return string.format('%d', number) end

local log = {} -- its end, once it is open

local function open_log(key)
  -- Finds the end of the log. `log.now_ms` is the time of this call: that of the clock, but never before the last event.
  local number, link, now_ms = 0, '', math.floor(clock_us() / 1000)
  local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  if last then
    number, link = tonumber(string.sub(last[1], 1, -3)), last[2][8]
    local _, then_ms = cmsgpack.unpack_one(last[2][4])
    if type(then_ms) == 'table' then then_ms = then_ms[1] end -- of format 1: all facts are one array
    now_ms = math.max(now_ms, then_ms)
  end
  log = {key = key, number = number, link = link, now_ms = now_ms, now = cmsgpack.pack(now_ms)}
end

local function array(n)
  -- Returns what msgpack puts in front of n values: packing them without a table is cheaper.
  return n < 16 and string.char(0x90 + n) or string.char(0xdc, math.floor(n / 256), n % 256)
end

local function append_event(type, facts, head)
  -- Appends an event and returns its number. Fails if somebody deleted events at the end of the log: so a script appends
  -- before it writes anything else.
  log.number = log.number + 1
  local id = string.format('%d-0', log.number)
  facts = log.now .. facts
  log.link = redis.sha1hex(log.link .. '|' .. id .. '|' .. type .. '|' .. #facts .. '|' .. facts .. head)
  redis.call('XADD', log.key, id, 'type', type, 'facts', facts, 'head', head, 'link', log.link)
  return log.number, facts
end

local function read_event(number)
  -- Returns type, facts and head of an event; nothing if somebody deleted it.
  local id = string.format('%d-0', number)
  local entry = redis.call('XRANGE', log.key, id, id)[1]
  if entry then return entry[2][2], entry[2][4], entry[2][6] end
end

