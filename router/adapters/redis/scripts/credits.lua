-- Credits: what somebody is given after a leave, a pool's next decisions before others, but no more of its last ones than a share.

local RECENT = 100 -- router/model/workforce.py

-- What follows is made once a candidate set is of a pool that credits leaves; see `linked` of store/linking.py.
local function use_credits() end

local function received_lately(set, k)
  -- Returns how many of the pool's last decisions somebody with a credit got, if as many as they may; else nil.
  if not set.share or set.book.now[set.credits[k]] <= 0 then return nil end
  local count, rep = 0, set.reps[k]
  for _, other in ipairs(set.book.recent) do
    if other == rep then count = count + 1 end
  end
  if count >= set.share then return count end
end

local function anybody_has_their_share(set)
  for k = 1, set.share and #set.reps or 0 do
    if received_lately(set, k) then return true end
  end
  return false
end

local function count_credit(choice)
  -- Enters a decision of a pool that credits leaves. Returns how much of a credit it uses.
  local book, rep = choice.set.book, choice.rep
  local recent, field = book.recent, 'c:' .. rep
  recent[#recent + 1], book.is_counted = rep, true
  book.now.counted, book.changed.counted = book.now.decisions, true
  if #recent > RECENT then table.remove(recent, 1) end
  local rest = book.now[field]
  if rest > 0 then
    book.now[field], book.changed[field] = math.max(0, rest - (choice.charge - choice.stand[1])), true
  end
  return rest - book.now[field]
end

