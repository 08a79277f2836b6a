-- Decides requests one after the other: each is charged to all of its keys or to none.
--
-- KEYS   what the requests of this call are charged to, each once, all of one hash tag
-- ARGV 1 `1` to charge, `0` to look only
--      2 per key, packed: algorithm (1 byte, 128 more in shadow mode, which cannot reject), p (7 bytes), q (7 bytes)
--          1 log      p limit                             q window in microseconds
--          2 counter  p limit                             q window in microseconds
--          3 bucket   p burst in microseconds of time     q microseconds in which one comes back
--      3 per request, packed in 3 bytes each: number of its charges, and per charge: index of the key, cost
-- Reply: per charge, packed in 8 bytes each: remaining; 0 where the key has room for the charge, -1 where it never
--        will, else when it will; when one more than now remains, and when all of it does, if nothing else is
--        charged. Times are microseconds from now on.
--
-- All numbers are little-endian and below 2^53, where doubles are exact; times are those of Redis' clock. Each key is
-- read once, however many requests are charged to it, and written once, if any was. What is stored:
--      log      a list of the times of all admissions in the window, in order
--      counter  start of the window, count of the one before, count of this one, packed
--      bucket   theoretical arrival time of the GCRA: when all of the burst is there again
-- Where the clock was set back, a log's newest time and a counter's window are taken for now, and a bucket is at
-- most empty. Keys end after the last moment they matter. To set that costs a command, so it is set for long enough
-- and again only when the stored time has come to the next multiple of a period.
--
-- This script is Redis' only thread while it runs: hence few commands, one number per byte and not per argument,
-- and arrays by key rather than a table for each.
local LOG, COUNTER, BUCKET, SHADOW = 1, 2, 3, 128
local COUNTS = '<I7I3I3'
local floor, max, min, call, pack, read =
    math.floor, math.max, math.min, redis.call, struct.pack, struct.unpack
local time = call('TIME')
local now = time[1] * 1000000 + time[2]
local settings = { read('<' .. ('I1I7I7'):rep(#KEYS), ARGV[2]) }
local charges = { read('<' .. ('I3'):rep(#ARGV[3] / 3), ARGV[3]) }
local algorithms, shadows, charged = {}, {}, {}
local stored = {} -- log: length; counter: window; bucket: arrival time, 0 where there is none
local at = {} -- log, counter: now, or later where the clock was set back; bucket: arrival time
local previous, current = {}, {} -- counter
local first, oldest, newest, pushed = {}, {}, {}, {} -- log: first of the window: index and time

-- Time of the n-th admission in a log, those of this call included.
local function admitted_at(i, n)
    return n < stored[i] and tonumber(call('LINDEX', KEYS[i], n)) or at[i]
end

-- Index of the first admission that is still in the window; the last one is. Looked for from the left, where it is
-- but for the first time after a pause.
local function first_live(i, edge)
    local dead, live, last = -1, 0, stored[i] - 1
    while admitted_at(i, live) <= edge do
        dead, live = live, min(2 * live + 1, last)
    end
    while live - dead > 1 do
        local middle = floor((dead + live) / 2)
        if admitted_at(i, middle) <= edge then
            dead = middle
        else
            live = middle
        end
    end
    return live
end

-- When the key has room for the cost.
local function wait(i, cost)
    local p, q, algorithm = settings[3 * i - 1], settings[3 * i], algorithms[i]
    if algorithm == BUCKET then
        local over = at[i] - now + cost * q - p
        return over <= 0 and 0 or cost * q > p and -1 or over
    elseif algorithm == LOG then
        local over = stored[i] - first[i] + pushed[i] + cost - p
        return over <= 0 and 0 or cost > p and -1 or admitted_at(i, first[i] + over - 1) + q - now
    end
    -- The count before decays with the share of its window that the sliding one still covers:
    -- before * (q - elapsed) / q + count is to stay within p.
    local before, count, finish = previous[i], current[i], stored[i] + q
    if before * (finish - at[i]) + (count + cost - p) * q <= 0 then
        return 0
    elseif cost > p then
        return -1
    elseif count + cost <= p then
        return finish - floor((p - count - cost) * q / before) - now
    end
    return finish + q - floor((p - cost) * q / count) - now
end

-- What remains; when one more does; when all does.
local function standing(i)
    local p, q, algorithm = settings[3 * i - 1], settings[3 * i], algorithms[i]
    if algorithm == BUCKET then
        local left = p + now - at[i]
        return floor(left / q), left < p and q - left % q or 0, p - left
    elseif algorithm == LOG then
        local used = stored[i] - first[i] + pushed[i]
        if used == 0 then
            return p, 0, 0
        end
        local from = pushed[i] < used and oldest[i] or at[i]
        return max(p - used, 0), from + q - now, (pushed[i] > 0 and at[i] or newest[i]) + q - now
    end
    local before, count, finish = previous[i], current[i], stored[i] + q
    local left = max(p - count - floor((before * (finish - at[i]) + q - 1) / q), 0)
    local more, full = 0, 0
    if before > 0 then
        full = finish - now
        more = finish - floor(max(p - count - left - 1, 0) * q / before) - now
    end
    if count > 0 then
        full = finish + q - now
        if before == 0 or p - count <= left then
            more = full - floor(min(p - left - 1, count) * q / count)
        end
    end
    return left, more, full
end

local values
for i = 1, #KEYS do
    local algorithm, q = settings[3 * i - 2], settings[3 * i]
    if algorithm > SHADOW then
        algorithm, shadows[i] = algorithm - SHADOW, true
    end
    algorithms[i] = algorithm
    if algorithm == LOG then
        newest[i], stored[i], first[i], pushed[i] = tonumber(call('LINDEX', KEYS[i], -1) or 0), 0, 0, 0
        at[i] = max(now, newest[i])
        if newest[i] > now - q then
            stored[i] = call('LLEN', KEYS[i])
            oldest[i] = admitted_at(i, 0)
            if oldest[i] <= at[i] - q then
                first[i] = first_live(i, at[i] - q)
                oldest[i] = admitted_at(i, first[i])
            end
        end
    else
        values = values or call('MGET', unpack(KEYS))
        if algorithm == BUCKET then
            stored[i] = tonumber(values[i] or 0)
            at[i] = min(max(stored[i], now), now + settings[3 * i - 1])
        else
            local begin, before, count = now - now % q, 0, 0
            local known = 0
            if values[i] then
                known, before, count = read(COUNTS, values[i])
                if known == begin - q then
                    before, count = count, 0
                elseif known > begin then
                    begin = known
                elseif known < begin then
                    before, count = 0, 0
                end
            end
            newest[i], stored[i], previous[i], current[i], at[i] = known, begin, before, count, max(now, begin)
        end
    end
end

local reply, size, c = {}, 0, 1
while c < #charges do -- the last one is struct's, where it stopped to read
    local from, to = c + 1, c + 2 * charges[c]
    local admitted = ARGV[1] == '1'
    for j = from, to, 2 do
        local retry = wait(charges[j], charges[j + 1])
        if retry ~= 0 and not shadows[charges[j]] then
            admitted = false
        end
        reply[size + 2 * (j - from) + 2] = retry
    end
    for j = from, to, 2 do
        local i, cost = charges[j], charges[j + 1]
        if admitted and reply[size + 2] == 0 then
            charged[i] = true
            if algorithms[i] == BUCKET then
                at[i] = at[i] + cost * settings[3 * i]
            elseif algorithms[i] == LOG then
                pushed[i] = pushed[i] + cost
            else
                current[i] = current[i] + cost
            end
        end
        reply[size + 1], reply[size + 3], reply[size + 4] = standing(i)
        size = size + 4
    end
    c = to + 1
end

for i in pairs(charged) do
    local key, p, q, algorithm = KEYS[i], settings[3 * i - 1], settings[3 * i], algorithms[i]
    if algorithm == BUCKET then
        local period = max(p, 1000000)
        if floor(stored[i] / period) == floor(at[i] / period) then
            call('INCRBY', key, at[i] - stored[i])
        else
            call('SET', key, at[i], 'PX', floor((at[i] - now + 2 * period) / 1000))
        end
    elseif algorithm == LOG then
        if stored[i] == 0 and newest[i] > 0 then
            call('DEL', key)
        elseif first[i] > 0 then
            call('LTRIM', key, first[i], -1)
        end
        local times = { at[i] }
        for n = 2, min(pushed[i], 1000) do
            times[n] = at[i]
        end
        for left = pushed[i], 1, -1000 do
            call('RPUSH', key, unpack(times, 1, min(left, 1000)))
        end
        if stored[i] == 0 or floor(newest[i] / q) ~= floor(at[i] / q) then
            call('PEXPIRE', key, floor((at[i] - now + 2 * q) / 1000) + 1)
        end
    else
        local counts = pack(COUNTS, stored[i], previous[i], current[i])
        if newest[i] == stored[i] then
            call('SETRANGE', key, 0, counts)
        else
            call('SET', key, counts, 'PX', floor((stored[i] + 2 * q - now) / 1000) + 1)
        end
    end
end
return pack('<' .. ('i8'):rep(size), unpack(reply))
