-- Offers: what is offered, to whom, and what undoes it.
--
-- `offers` is a hash item id → msgpack {number, rep ('': many), pool, kind, charge, {rep, entitlement, …}, what its caps counted, see
-- `counted_of` of caps.lua, {how much of a credit was used, the event of that credit}, lapses in a row until a rep is set away (0: never),
-- of what many are offered {rep, weight, …} of those who have it, and the band within which one accepts as the ledger's choice (-1: none)}.
-- `offered` is a zset, by name: `n`, number and item, `p{pool}`, number and item, and `r{rep}`, number and item, of whoever may answer; the parts are separated by
-- zero bytes. `lapses` is a hash rep → how many offers in a row they have let lapse, or the number of the event that told that they were set away for
-- that, negative, until they are back: none are counted of who is away. Their keys, and those of ledgers that only an offer names, follow from the first key of every script: all of a tenant's
-- share a slot. router/history/offer_book.py does the same.

local O_NUMBER, O_REP, O_POOL, O_KIND, O_CHARGE, O_ENTITLED = 1, 2, 3, 4, 5, 6
local O_COUNTED, O_CREDIT, O_LAPSES, O_AUDIENCE, O_BAND = 7, 8, 9, 10, 11

-- What the call changes is kept in mind, and written at its end by `write_offers`.
local offer_of_item = {}  -- by item id: its open offer as it was read or is to be, packed; false: none
local changed_offers = {} -- item ids whose offer is to be written
local moved_offers = {}   -- places in the index of offers: whether an offer stands there when the call is over
local lapsed = {}         -- by rep: how many they have let lapse, or the number of an event, see above

-- What follows a script needs that makes offers; see `linked` of store/linking.py.
local function use_offers() end

local function key_of(...)
  return string.sub(KEYS[1], 1, -1 - #'revisions') .. table.concat({...}, ':')
end

local function not_offered(set, record)
  -- Returns by place why somebody is not offered a job whatever room they have; nil: nobody. router/offers/rounds.py `refusing`.
  local blocks, most, units = nil, set.dispatch.most, loads.now
  for k, field in ipairs(set.dispatch.to_many and NONE or set.held) do
    if units[field] >= most then
      blocks = blocks or {}
      blocks[k] = {k - 1, 'OFFERS_OPEN', most, units[field]}
    end
  end
  local refused = record[REFUSED] or NONE
  if #refused == 0 then return blocks end
  local times, fewest = {}, nil
  for _, rep in ipairs(refused) do times[rep] = (times[rep] or 0) + 1 end
  for _, k in ipairs(set.present) do fewest = math.min(fewest or math.huge, times[set.reps[k]] or 0) end
  local may = math.min(fewest or 0, 1)
  for k, rep in ipairs(set.reps) do
    if (times[rep] or 0) > may then
      blocks = blocks or {}
      blocks[k] = {k - 1, 'OFFER_REFUSED', may, times[rep]}
    end
  end
  return blocks
end

local function open_offering(set, terms)
  -- Has a candidate set be of a pool that offers its work.
  local held, entitled = {}, {}
  for k, rep in ipairs(set.reps) do held[k], entitled[k] = rep .. '|offers', 'e:' .. rep end
  want_amounts(set.book, entitled)
  want_amounts(set.book, {'largest_offered', 'largest_entitled'})
  want_amounts(loads, held)
  set.held, set.entitled, set.not_offered = held, entitled, not_offered
  set.dispatch = {to_many = terms[1] == 2, most = terms[2], timeout_ms = terms[3], clock = terms[4], lapses = terms[5], band = terms[6]}
end

local function audience_of(set, eligible, before, charge)
  -- Returns {rep, weight, …} of those whom something is offered to that many are: whose claim is within the band of the largest.
  local shares, top, audience = shares_of(set, eligible, charge), -math.huge, {}
  for e = 1, #eligible do top = math.max(top, before[e] + shares[e]) end
  for e, k in ipairs(eligible) do
    if set.dispatch.band < 0 or before[e] + shares[e] >= top - set.dispatch.band then
      local n = #audience
      audience[n + 1], audience[n + 2] = set.reps[k], set.weights[k]
    end
  end
  return audience
end

local function holders_of(entry)
  -- Returns who may answer an offer.
  if entry[O_REP] ~= '' then return {entry[O_REP]} end
  local reps = {}
  for i = 1, #entry[O_AUDIENCE], 2 do reps[#reps + 1] = entry[O_AUDIENCE][i] end
  return reps
end

local function set_offer(id, packed) offer_of_item[id], changed_offers[id] = packed, true end

local function behind_in_offered(number, id) return '\0' .. string.format('%016d', number) .. '\0' .. id end

local function index_offer(id, entry, stands)
  -- Enters an offer in the index, or takes it out.
  local behind = behind_in_offered(entry[O_NUMBER], id)
  moved_offers['n' .. behind], moved_offers['p' .. entry[O_POOL] .. behind] = stands, stands
  if entry[O_REP] ~= '' then
    moved_offers['r' .. entry[O_REP] .. behind] = stands
    return
  end
  for i = 1, #entry[O_AUDIENCE], 2 do moved_offers['r' .. entry[O_AUDIENCE][i] .. behind] = stands end
end

local function write_offers()
  -- Writes what the call changed of offers: four commands, however many work items.
  local kept, gone, added, removed = {}, {}, {}, {}
  for id in pairs(changed_offers) do
    local packed = offer_of_item[id]
    if packed then
      kept[#kept + 1], kept[#kept + 2] = id, packed
    else
      gone[#gone + 1] = id
    end
  end
  for place, stands in pairs(moved_offers) do
    if stands then
      added[#added + 1], added[#added + 2] = 0, place
    else
      removed[#removed + 1] = place
    end
  end
  local offers, offered = key_of('offers'), key_of('offered')
  for from = 1, #kept, SLICE do redis.call('HSET', offers, unpack(kept, from, math.min(from + SLICE - 1, #kept))) end
  for from = 1, #gone, SLICE do redis.call('HDEL', offers, unpack(gone, from, math.min(from + SLICE - 1, #gone))) end
  for from = 1, #removed, SLICE do redis.call('ZREM', offered, unpack(removed, from, math.min(from + SLICE - 1, #removed))) end
  for from = 1, #added, SLICE do redis.call('ZADD', offered, unpack(added, from, math.min(from + SLICE - 1, #added))) end
end

local function keep_offer(id, record, choice, number, used)
  -- Enters an offer whose charge and load are entered already. `used` is how much of a credit its charge used.
  local set, rep, entitled, counted, credit = choice.set, choice.rep, {}, {}, {0, 0}
  local terms, book = set.dispatch, set.book
  if rep ~= '' then
    local now, changed, fields, reps, eligible = book.now, book.changed, set.entitled, set.reps, choice.eligible
    local before, after, most = choice.before, choice.after, 0
    for e = 1, #eligible do
      local k = eligible[e]
      local field, share = fields[k], after[e] - before[e]
      if k == choice.place then share = choice.stand[1] end
      local amount = now[field] + share
      now[field], changed[field] = amount, true
      entitled[2 * e - 1], entitled[2 * e] = reps[k], share
      if amount > most then most = amount end
    end
    raise_amount(book, 'largest_entitled', most)
    local charged = 'p:' .. rep
    add_amount(book, charged, choice.charge)
    note_peak(book, charged) -- of largest_offered
    add_amount(loads, rep .. '|offers', 1)
    if set.caps then counted = caps.counted_of(set, choice.place, choice.attempt) end
    if used > 0 then credit = {used, credit_state(redis.call('HGET', book.key, 'l:' .. rep)).entry} end
  end
  local entry = {number, rep, set.pool, record[KIND], choice.charge, entitled, counted, credit, terms.lapses, choice.audience or {}, terms.band}
  set_offer(id, array(#entry) .. cmsgpack.pack(unpack(entry)))
  index_offer(id, entry, true)
  put(record, OFFER, {number, rep, set.pool, terms.timeout_ms, terms.clock, log.now_ms})
end

-- And this besides, where one that is open is looked at, or ends.
local function use_answers() end

local function read_offers(ids)
  -- Has the offers of work items be read at once.
  for from = 1, #ids, SLICE do
    local stored = redis.call('HMGET', key_of('offers'), unpack(ids, from, math.min(from + SLICE - 1, #ids)))
    for i = 1, #stored do offer_of_item[ids[from + i - 1]] = stored[i] end
  end
end

local function offer_entry(id)
  if offer_of_item[id] == nil then offer_of_item[id] = redis.call('HGET', key_of('offers'), id) end
  return offer_of_item[id] and cmsgpack.unpack(offer_of_item[id])
end

local function book_of(pool)
  -- Returns the ledger of a pool.
  if not books[pool] then open_ledger(pool, key_of('ledger', pool)) end
  return books[pool]
end

local function release(book, entry)
  -- Has an offer be open no more.
  local entitled = entry[O_ENTITLED]
  if book.disturbed then measure(book) end
  add_amount(book, 'p:' .. entry[O_REP], -entry[O_CHARGE])
  for i = 1, #entitled, 2 do add_amount(book, 'e:' .. entitled[i], -entitled[i + 1]) end
  add_amount(loads, entry[O_REP] .. '|offers', -1)
end

local function uncount_decision(book, rep)
  -- Has a decision be none, of the last too where those are known.
  want_amounts(book, {'counted'})
  read_amounts(book)
  local counted = book.now.counted
  if counted > 0 then
    local left, is_taken = {}, false
    local recent = counted == book.now.decisions and (book.recent or cmsgpack.unpack(redis.call('HGET', book.key, 'recent'))) or NONE
    for i = #recent, 1, -1 do
      if recent[i] == rep and not is_taken then is_taken = true else table.insert(left, 1, recent[i]) end
    end
    set_in(book, 'recent', left)
    set_in(book, 'is_counted', true)
  end
  add_amount(book, 'decisions', -1)
  if counted > 0 then
    set_in(book.now, 'counted', book.now.decisions)
    set_in(book.changed, 'counted', true)
  end
end

local function undo_offer(entry)
  -- Has everything be as if an offer had never been: in memory, see `write_ledgers`.
  local rep, pool, entitled = entry[O_REP], entry[O_POOL], entry[O_ENTITLED]
  if rep == '' then return end
  local book, fields = book_of(pool), {'decisions', 'worst', 'p:' .. rep, 'c:' .. rep}
  for i = 1, #entitled, 2 do
    local n = #fields
    fields[n + 1], fields[n + 2] = 'd:' .. entitled[i], 'e:' .. entitled[i]
  end
  want_amounts(book, fields)
  read_amounts(book)
  release(book, entry)
  for i = 1, #entitled, 2 do
    local field = 'd:' .. entitled[i]
    add_amount(book, field, -entitled[i + 1])
    if entitled[i] == rep then add_amount(book, field, entry[O_CHARGE]) end
    raise_amount(book, 'worst', math.abs(book.now[field]))
  end
  uncount_decision(book, rep)
  local used, since = entry[O_CREDIT][1], entry[O_CREDIT][2]
  if used > 0 and credit_state(redis.call('HGET', book.key, 'l:' .. rep)).entry == since then add_amount(book, 'c:' .. rep, used) end
  if #entry[O_COUNTED] > 0 then
    if not caps then use_caps(key_of('counts'), key_of('headroom')) end
    caps.take_back(entry[O_COUNTED], rep)
  end
  shift_load(rep, pool, entry[O_KIND], -1)
end

local function begin_undoing(entry)
  -- Undoes an offer so that it may be as it was after all: see `give_up_undoing`.
  read_amounts(loads)
  for _, book in pairs(books) do read_amounts(book) end
  journal = {n = 0}
  undo_offer(entry)
end

local function give_up_undoing(entry)
  -- Has an offer be as it was before `begin_undoing`: nothing was done.
  local rep = entry[O_REP]
  take_back_all()
  taken = taken + 1
  if caps and rep ~= '' then
    touched[#touched + 1] = rep
    caps.look_again(rep)
  end
end

local function append_answer(id, record, entry, answer, said)
  -- Appends what became of an offer. `said`: rep, charge, way, entitled, lapses, away (0 or 1), stays (0 or 1), workforce, actor, because, head.
  local epoch = record[EPOCH] + (answer == 'ACCEPTED' and 1 or 0)
  return append_event('offer.1', array(17) .. cmsgpack.pack(id, record[KIND], answer, entry[O_NUMBER], said.rep or entry[O_REP], entry[O_POOL],
    epoch, said.charge or 0, said.way or '', record[EVENT], said.entitled or NONE, said.lapses or 0, said.away or 0, said.stays or 0,
    said.workforce or 0, said.actor or '', said.because or ''), said.head or '')
end

local function close_offer(id, record, entry, number, state)
  -- Has a work item stand in no offer any more, in another state; what the offer was entered in is written with the ledgers.
  set_offer(id, false)
  index_offer(id, entry, false)
  record[STATE], record[EVENT], record[VERSION] = state, number, number
  put(record, OFFER, {})
  put(record, ANSWERED, number)
end

local function write_undone(id, record, entry, answer, said)
  -- Writes that an offer is undone, which it is in memory: it was declined, it lapsed or was rescinded.
  local rep = entry[O_REP]
  if rep ~= '' then said.charge, said.entitled = entry[O_CHARGE], entry[O_ENTITLED] end
  local number = append_answer(id, record, entry, answer, said)
  if rep ~= '' then redis.call('HINCRBY', book_of(entry[O_POOL]).key, 'r:' .. rep, -entry[O_CHARGE]) end
  close_offer(id, record, entry, number, next_state(record, answer))
  return number
end

local function refuse_offer(record, reps)
  local refused = {}
  for _, names in ipairs({record[REFUSED] or NONE, reps}) do
    for _, rep in ipairs(names) do refused[#refused + 1] = rep end
  end
  put(record, REFUSED, refused)
end

local function rescind_offer(id, record, actor, because)
  -- Rescinds the offer that a work item stands in.
  local entry = offer_entry(id)
  undo_offer(entry)
  return write_undone(id, record, entry, 'RESCINDED', {actor = actor, because = because})
end

local function read_lapses(reps)
  -- Has the lapses of reps be read at once.
  for from = 1, #reps, SLICE do
    local stored = redis.call('HMGET', key_of('lapses'), unpack(reps, from, math.min(from + SLICE - 1, #reps)))
    for i = 1, #stored do lapsed[reps[from + i - 1]] = tonumber(stored[i] or 0) end
  end
end

local function lapses_of(rep)
  if not lapsed[rep] then lapsed[rep] = tonumber(redis.call('HGET', key_of('lapses'), rep) or 0) end
  return lapsed[rep]
end

local function forget_lapses(rep)
  -- Begins a rep's count of lapses anew: they answered. Who was set away for them is so until they are back.
  if lapses_of(rep) <= 0 then return end
  lapsed[rep] = 0
  redis.call('HDEL', key_of('lapses'), rep)
end

local function forgive_lapses(rep)
  -- Forgets that a rep was set away for their lapses: they are back, or said so themselves.
  if lapses_of(rep) >= 0 then return end
  lapsed[rep] = 0
  redis.call('HDEL', key_of('lapses'), rep)
end

local function drop_lapses(rep)
  -- Forgets the lapses of a rep who is deleted: whoever is called so later begins anew. Returns 1 where there were any.
  lapsed[rep] = 0
  return redis.call('HDEL', key_of('lapses'), rep)
end

local function offer_of(id, record)
  -- Returns the entry of the offer that a work item stands in. Fails where it cannot be read.
  local entry = offer_entry(id)
  if not entry or entry[O_NUMBER] ~= record[OFFER][1] then error('no entry of offer ' .. tostring(record[OFFER][1])) end
  for place, kind in ipairs({'number', 'string', 'string', 'string', 'number', 'table', 'table', 'table', 'number', 'table', 'number'}) do
    if type(entry[place]) ~= kind then error('no ' .. kind .. ' in place ' .. place .. ' of offer ' .. entry[O_NUMBER]) end
  end
  return entry
end

local function lapse_offer(id, record, entry, presence)
  -- Has the offer that a work item stands in lapse, and sets a rep away who let so many lapse; who is away stays so as they said.
  local rep, lapses, is_away = entry[O_REP], 0, false
  undo_offer(entry)
  use_presence()
  if rep ~= '' and not away_until(redis.call('HGET', presence, rep)) then
    lapses = math.max(0, lapses_of(rep)) + 1
    is_away = entry[O_LAPSES] > 0 and lapses >= entry[O_LAPSES]
  end
  if is_away then append_event('presence.1', cmsgpack.pack({rep, 0, ''}), '') end
  local number = write_undone(id, record, entry, 'LAPSED', {lapses = lapses, away = is_away and 1 or 0})
  refuse_offer(record, holders_of(entry))
  if is_away then redis.call('HSET', presence, rep, '0') end
  if lapses > 0 then
    lapsed[rep] = is_away and -number or lapses
    redis.call('HSET', key_of('lapses'), rep, integer(lapsed[rep]))
  end
end

local function offers_of(what)
  -- Returns the work items that are offered of a pool (`p` and its name), or to a rep (`r` and theirs), when the call begins, and whose
  -- offer it did not end.
  local ids = {}
  for _, place in ipairs(redis.call('ZRANGEBYLEX', key_of('offered'), '[' .. what .. '\0', '(' .. what .. '\1')) do
    if moved_offers[place] ~= false then ids[#ids + 1] = string.match(place, '^[^%z]*%z[^%z]*%z(.*)$') end
  end
  return ids
end
