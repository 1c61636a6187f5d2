-- Jobs that are not plain: of work items that are known already, or of which something is to be kept beside their record.

-- What follows is made for the first of them; see `linked` of store/linking.py.
local function use_changes() end

local function keep_openings(job, first)
  -- Keeps what opens what is sealed in a job's events, and whose work item it is. `first` is the number of its first event.
  local sealed = job[SEALED]
  if (sealed[LEAVES] or 0) > 0 then leave_customer(KEYS[sealed[LEAVES]], job[ID]) end
  if (sealed[JOINS] or 0) > 0 then join_customer(KEYS[sealed[JOINS]], job[ID], first) end
  if #sealed[OPENINGS] == 0 then return end
  redis.call('HSET', KEYS[sealed[PERSONAL]], unpack(sealed[OPENINGS]))
  if sealed[CUSTOMER] > 0 then keep_sealed_of(KEYS[sealed[CUSTOMER]], job[ID]) end
end

local function keep_beside(job, record, number)
  -- Keeps, with a decision, what is not in the record.
  if job[SEALED] and not job[CHANGE] then keep_openings(job, record[FIRST] > 0 and record[FIRST] or number) end
  if job.left then moved[job.left] = false end
end

local function let_go(job, record, outcome, number)
  -- Counts a work item off who had it, and writes to its record what a plain one has not got: that nobody refuses it any more,
  -- the stage that it enters by the decision of a number, and whom its owner stands in for.
  local owner, pool, covered, enters = record[OWNER], record[POOL], record[COVERED] or '', job[ENTERS]
  if owner ~= '' then
    record[TRIED][#record[TRIED] + 1] = owner
    shift_load(owner, pool, record[KIND], -1)
  end
  if record[WORKED] == 1 then
    shift_worked(owner, pool, record[KIND], -1)
    record[WORKED] = 0
  end
  if outcome == 'ASSIGNED' then clear(record, REFUSED) end
  if enters and enters[3] then enter_stage(record, enters[2], enters[3], number, record[FIRST] > 0 and number or 0) end
  if job[MODE] ~= 'COVER' then cover(record, job[ID], '') elseif covered == '' then cover(record, job[ID], owner) end
end

local function known_as(job, record)
  -- Returns the id of the work item that a job is about where that is another one: its own key, or that of all spellings,
  -- leads there. From then on its own does.
  if type(record) == 'string' then return record end
  local normal_key = not record and KEYS[job[NORMAL_KEY]]
  local packed = normal_key and stored_value[normal_key]
  if not packed then return nil end
  local id = cmsgpack.unpack(packed)
  if type(id) ~= 'string' then id = string.sub(normal_key, #KEYS[job[ITEM_KEY]] - #job[ID] + 1) end -- it is its own
  if id == job[ID] then return nil end
  if not preview then lead(KEYS[job[ITEM_KEY]], id) end
  return id
end

local function reopen(job, record)
  -- Has a closed work item stand as if it had just come, and keeps the place in the index of owners that it leaves; false: it
  -- is not closed.
  local received = next_state(record, 'REOPENED')
  if not received then return false end
  job.left = place_in_owned(record[OWNER], record[STATE], record[FIRST], job[ID])
  if record[OWNER] ~= '' then record[TRIED][#record[TRIED] + 1] = record[OWNER] end
  record[STATE], record[OWNER], record[POOL] = received, '', ''
  clear(record, REFUSED)
  return true
end

local function existing_owner(record)
  -- Returns the status of an answer that somebody owns a work item: with whom, since when it is another than the decision says,
  -- for it was offered first.
  if (record[ANSWERED] or 0) < record[DECISION] then return 'EXISTING_OWNER' end
  return table.concat({'EXISTING_OWNER', integer(record[EPOCH]), record[POOL], record[OWNER]}, ' ')
end

local function standing_offer(job, record)
  -- Returns the offer that a job's work item stands in; nil: it stands in none.
  if record[STATE] ~= 'OFFERED' then return nil end
  use_offers()
  use_answers()
  return offer_entry(job[ID])
end

local function decide(job, head, record)
  -- Chooses an owner and enters the decision; returns the answer. Of what stands in an offer, who else could have it is chosen as
  -- if it did not.
  local offer = standing_offer(job, record)
  if not offer then return enter(job, head, record, choose(job, record)) end
  begin_undoing(offer)
  local choice = choose(job, record)
  if preview or not (choice and choice.set) then
    give_up_undoing(offer)
  else
    journal = nil
    write_undone(job[ID], record, offer, 'RESCINDED', {because = job[NAMED] ~= '' and 'OVERRIDE' or 'REASSIGNED'})
  end
  return enter(job, head, record, choice)
end

local function update(job, head, record)
  -- Enters what a work item is from now on, and decides it anew where the job says so; returns the answer. What it was offered
  -- as it is no more: its offer is rescinded first.
  local change, number, offer = job[CHANGE], 0, standing_offer(job, record)
  if offer then begin_undoing(offer) end
  if preview then
    if offer then record[STATE] = next_state(record, 'RESCINDED') end
    local decided = change[IS_DECIDED] == 0 and {} or enter(job, head, record, choose(job, record))
    if offer then give_up_undoing(offer) end
    return {'UPDATED', 0, decided[2], decided[3]}
  end
  if offer then
    journal = nil
    write_undone(job[ID], record, offer, 'RESCINDED', {actor = change[CHANGED_BY], because = 'UPDATED'})
  end
  number = append_event(UPDATE_TYPE, cmsgpack.pack({job[ID], record[KIND], record[OWNER], record[POOL], record[EPOCH],
    record[EVENT], change[CHANGED], change[IS_DECIDED], change[CHANGED_BY], change[REVISION], change[TO_STAGE]}), change[CHANGE_HEAD])
  remember(job, number)
  if job[SEALED] then keep_openings(job, record[FIRST]) end
  record[EVENT], record[VERSION], record[CONTENT] = number, number, number
  if change[TO_STAGE] ~= '' then enter_stage(record, change[REVISION], change[TO_STAGE], number) end
  if change[CLOSES] ~= '' then
    use_offers() -- with them comes `key_of`
    use_closing()
    close_item(job[ID], record, change[CLOSES], change[CHANGED_BY], KEYS[4], key_of('dated'))
  end
  keep_record(job, record)
  if change[IS_DECIDED] == 0 then return {'UPDATED', number} end
  local decided = enter(job, head, record, choose(job, record))
  return {'UPDATED', number, decided[2], decided[3]}
end

local function answer_again(job, known)
  -- Returns the answer to a request that was answered before; `known` is what it was, false: the id was used for something else.
  if not known then return {'REQUEST_ID_REUSED'} end
  if job[CHANGE] then return {'UPDATED', known[2]} end
  local is_existing = string.sub(known[3] or '', 1, 9) == 'EXISTING_'
  return earlier(is_existing and known[3] or 'REPEATED', known[2])
end

local function do_known(job, head, request, packed)
  -- Does a job of a request or a work item that may be known already; `request` and `packed` are what is stored of them.
  use_repeats()
  job.keep_beside, job.let_go = keep_beside, let_go
  if request then return answer_again(job, known_answer(request, job[FINGERPRINT], job[CHANGE] and 2 or 3)) end
  local mode, expected, record = job[MODE], job[EXPECTED], packed and cmsgpack.unpack(packed)
  local other = mode == 'ROUTE' and known_as(job, record)
  if other then return {'KNOWN_AS', other} end
  record = record or new_record(job[JOB_KIND])
  local version = packed and record[(mode == 'ESCALATE' or mode == 'RAISE') and EVENT or VERSION]
  if mode ~= 'ROUTE' and version ~= expected then return {'CONFLICT'} end
  if mode == 'REOPEN' and not reopen(job, record) then return {'CONFLICT'} end
  local existing = mode == 'ROUTE' and (record[OWNER] ~= '' and existing_owner(record) or record[STATE] == 'OFFERED' and 'EXISTING_OFFER')
  if existing then
    remember(job, record[DECISION], existing)
    return earlier(existing, record[DECISION])
  end
  if not next_state(record, job[OTHERWISE]) then return {'CLOSED'} end
  if mode == 'ROUTE' and expected ~= 0 and (version or -1) ~= expected then return {'CONFLICT'} end
  local refused = refuse_job(job)
  if refused then return refused end
  if mode == 'UPDATE' or mode == 'RAISE' then return update(job, head, record) end
  return decide(job, head, record)
end
