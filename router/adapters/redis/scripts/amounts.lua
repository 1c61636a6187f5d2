-- Hashes of amounts: what a call needs of one is read at once, moved in memory by many jobs, and written at once at its
-- end. An amount is a whole number below 2^53, which Redis writes out as it is; one that is not there is 0.

local SLICE = 1000 -- arguments of one command, an even number; unpack() takes at most some thousands

local function amounts_of(key) return {key = key, now = {}, wanted = {}, changed = {}} end

local function want_amounts(hash, fields)
  -- Has them read with the next `read_amounts`. Until then they count from 0.
  local now, wanted = hash.now, hash.wanted
  for i = 1, #fields do
    local field = fields[i]
    if not now[field] then
      now[field], wanted[#wanted + 1] = 0, field
    end
  end
end

local function read_amounts(hash)
  -- Reads what is wanted, and adds it to what was counted meanwhile.
  local now, wanted, peaks = hash.now, hash.wanted, hash.peaks
  for from = 1, #wanted, SLICE do
    local stored = redis.call('HMGET', hash.key, unpack(wanted, from, math.min(from + SLICE - 1, #wanted)))
    for i = 1, #stored do
      local field = wanted[from + i - 1]
      now[field] = now[field] + (stored[i] or 0)
      if peaks and peaks[field] then peaks[field] = peaks[field] + (stored[i] or 0) end
    end
  end
  hash.wanted = {}
end

local journal = nil -- {n = …, table, field, value, …}: what was there, while all that is done may have to be taken back

local function set_in(holder, field, value)
  -- Sets what a table has, so that it can be taken back.
  if journal then
    local n = journal.n
    journal[n + 1], journal[n + 2], journal[n + 3], journal.n = holder, field, holder[field], n + 3
  end
  holder[field] = value
end

local function take_back_all()
  -- Has everything be as it was when the journal began, and ends it.
  local written = journal
  journal = nil
  for n = written.n, 3, -3 do written[n - 2][written[n - 1]] = written[n] end
end

local function add_amount(hash, field, by)
  local now = hash.now
  if journal then
    if not now[field] then -- read first: what was not read cannot be taken back
      want_amounts(hash, {field})
      read_amounts(hash)
    end
    set_in(now, field, now[field] + by)
    set_in(hash.changed, field, true)
    return
  end
  local before = now[field]
  if not before then before, hash.wanted[#hash.wanted + 1] = 0, field end
  now[field], hash.changed[field] = before + by, true
end

local function raise_amount(hash, field, to)
  -- It must have been read.
  if to > hash.now[field] then
    set_in(hash.now, field, to)
    set_in(hash.changed, field, true)
  end
end

local function note_peak(hash, field)
  -- Remembers the most that an amount was while the call moved it, though nobody has read it yet.
  local peaks = hash.peaks or {}
  hash.peaks = peaks
  peaks[field] = math.max(peaks[field] or -math.huge, hash.now[field])
end

local function raise_to_peaks(hash, field)
  -- Raises an amount, which must have been read, to all that are remembered.
  if not hash.peaks then return end
  read_amounts(hash)
  for _, peak in pairs(hash.peaks) do raise_amount(hash, field, peak) end
end

local function write_amounts(hash)
  -- Writes what was changed.
  read_amounts(hash)
  local fields, n = {}, 0
  for field in pairs(hash.changed) do
    fields[n + 1], fields[n + 2] = field, hash.now[field]
    n = n + 2
  end
  for from = 1, n, SLICE do redis.call('HSET', hash.key, unpack(fields, from, math.min(from + SLICE - 1, n))) end
end
