-- The disturbance of a ledger: how far from a fair share an override, a settlement or a credit may have moved its members.

-- What follows is made where something disturbs a ledger; see `linked` of store/linking.py.
local function use_disturbance() end

local function disturbance_of(amounts, members)
  -- Measures a pool's ledger {field = amount}, router/assignment/ledger.py `disturbance`.
  local all, step = {}, 0
  for field, amount in pairs(amounts) do
    if string.sub(field, 1, 8) == 'largest_' then step = step + amount end
    if string.sub(field, 1, 2) == 'd:' then all[#all + 1] = amount + (amounts['p:' .. string.sub(field, 3)] or 0) end
  end
  for i = #all + 1, members do all[i] = 0 end
  table.sort(all, function(a, b) return a > b end)
  local worst, total, n = 0, 0, #all
  for j = 1, n - 1 do -- of all together it is 0
    total = total + all[j]
    worst = math.max(worst, total - step * j * (n - j) / 2)
  end
  return string.format('%.17g', worst)
end

local function stored_amounts(key)
  -- Reads what `disturbance_of` asks for.
  local amounts, fields = {}, redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local start = string.sub(fields[i], 1, 2)
    if start == 'd:' or start == 'p:' or start == 'la' then amounts[fields[i]] = tonumber(fields[i + 1]) end
  end
  return amounts
end

local function disturb(key, members)
  -- Measures a pool's ledger as it is stored: after a settlement, a credit.
  redis.call('HSET', key, 'disturbance', disturbance_of(stored_amounts(key), members))
end

local function measure(book)
  -- Measures a ledger as it is in memory, where an override came since it was: before anything else moves it.
  read_amounts(book)
  raise_to_peaks(book, 'largest_offered')
  local amounts = book.stored or stored_amounts(book.key)
  for field in pairs(book.changed) do amounts[field] = book.now[field] end
  book.stored, book.disturbed, book.disturbance = amounts, false, disturbance_of(amounts, book.members)
end

