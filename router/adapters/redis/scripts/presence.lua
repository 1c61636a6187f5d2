-- Presence: who is away, see ledger.lua.

-- What follows is made once anybody ever was; see `linked` of store/linking.py.
local function use_presence() end

local function away_until(stored)
  -- Returns until when somebody is away, of whom `presence` says this, false: nothing; nil: they are there.
  local until_ms = stored and tonumber(stored)
  if until_ms and (until_ms == 0 or until_ms > log.now_ms) then return until_ms end
end

local function set_apart(set, untils)
  -- Keeps who of a set is away now apart from those who are there; `untils` holds what `presence` says of each, false: nothing.
  local present, away, blocked = {}, {}, {}
  for k, rep in ipairs(set.reps) do
    local until_ms = away_until(untils[k])
    if until_ms then
      away[rep], blocked[#blocked + 1] = until_ms, {k - 1, 'AWAY', until_ms, 0}
    else
      present[#present + 1] = k
    end
  end
  if #blocked > 0 then set.present, set.away, set.blocked = present, away, blocked end
end
