-- Closing a work item, by whatever it is closed.

-- What follows a script needs that closes one; see `linked` of store/linking.py.
local function use_closing() end

local function close_item(id, record, state, actor, waiting, dated, parent, reopened)
  -- Closes a work item that stands in no offer: appends the event and frees its owner's capacity; returns the event's number. The record
  -- is the caller's to keep, as are the ledgers and the index of owners, see `write_ledgers` and `write_owned`. A child that is closed by
  -- itself names its parent, and the event that reopened that.
  local was, owner, pool, was_worked = record[STATE], record[OWNER], record[POOL], record[WORKED] == 1
  record[STATE] = next_state(record, state)
  local fields = {id, record[KIND], record[STATE], owner, pool, record[EPOCH], record[EVENT], actor}
  if parent then fields[9], fields[10] = parent, reopened end
  local number = append_event(parent and 'completed.3' or 'completed.2', cmsgpack.pack(fields), '')
  record[EVENT], record[VERSION] = number, number
  if was_worked then record[WORKED] = 0 end
  if has_next(record) then set_next(dated, id, record, {}) end
  cover(record, id, '')
  index_item(waiting, id, was, owner, record)
  if owner ~= '' then
    shift_load(owner, pool, record[KIND], -1)
    if was_worked then shift_worked(owner, pool, record[KIND], -1) end
  end
  return number
end
