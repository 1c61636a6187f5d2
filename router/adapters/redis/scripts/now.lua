-- Tells the store's time, for what is decided by it before it is written.
--
-- KEYS   1 any key of the tenant: whose server is asked
-- Returns microseconds since the epoch.

return clock_us()
