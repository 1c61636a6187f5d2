-- Follows a work item's events backwards; only reads.
--
-- KEYS   1 revisions hash, 2 events stream: as in bind.lua
-- ARGV   1 item id, 2 number of the event to begin with (0: none), 3 how many at most
-- Returns {number, type, facts, head, number, …}, the latest first; {'LOST', number} where somebody deleted one of them;
--        or {'FORMAT', its format}.

local PREVIOUS = {decision = 11, completed = 7, updated = 6, activity = 5, offer = 10, fired = 6, erased = 6, noted = 5} -- where an event names the one before it

local refused = check_format(KEYS[1])
if refused then return refused end
local id, number, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
log.key = KEYS[2]

local function previous_of(form, facts)
  local place = PREVIOUS[string.match(form, '^%a+')]
  if not place then return 0 end
  local offset, at_ms = cmsgpack.unpack_one(facts)
  if type(at_ms) == 'table' then return at_ms[place + 1] or 0 end -- of format 1: all facts are one array
  local _, fields = cmsgpack.unpack_one(facts, offset)
  local previous = fields[place] or 0
  if type(previous) == 'number' then return previous end
  for i, other in ipairs(fields[1]) do
    if other == id then return previous[i] end
  end
  return 0
end

local events = {}
while number > 0 and #events < 4 * most do
  local form, facts, head = read_event(number)
  if not form then return {'LOST', number} end
  local n = #events
  events[n + 1], events[n + 2], events[n + 3], events[n + 4] = number, form, facts, head
  number = previous_of(form, facts)
end
return events
