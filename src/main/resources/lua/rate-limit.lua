-- Decides requests one after the other: each is charged to all of its keys or to none.
--
-- KEYS   what the requests of this call are charged to, each once, all of one hash tag
-- ARGV 1 `1` to charge, `0` to look only
--      2 per key, packed: algorithm (1 byte, 128 more in shadow mode, which cannot reject), p (7 bytes), q (7 bytes),
--        and 7 bytes of zero, which make room for what is kept by key below
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
-- and again only when the stored time has come to the next multiple of a period: at most a minute, so that what an
-- operator gives a longer window is soon kept for as long.
--
-- This script is what Redis does while nobody else is served: hence few commands, packed arguments, and one array
-- instead of a table per key or functions, which Lua makes anew in every call.
local LOG, BUCKET, SHADOW = 1, 3, 128
local SECOND, MINUTE = 1000000, 60000000
local COUNTS = '<I7I3I3'
local call, read, pack, rep, floor = redis.call, struct.unpack, struct.pack, string.rep, math.floor
local max, min = math.max, math.min
local time = call('TIME')
local now = time[1] * SECOND + time[2]
local keys = #KEYS

-- Ten places by key, the first three as above:
local CHARGED, RETRY = 4, 5 -- cost charged in this call; when the charge looked at has room
local AT = 6 -- log, counter: now, or later where the clock was set back; bucket: arrival time
local STORED = 7 -- log: length; counter: window; bucket: arrival time; 0 where there is none
local NEWEST, OLDEST, FIRST = 8, 9, 10 -- log: time of the last and of the first in the window, and its index
local WINDOW, BEFORE, COUNT = 8, 9, 10 -- counter: window, and counts, as of AT
local s = { read('<' .. rep('I1I7I7I1I1I1I1I1I1I1', keys), ARGV[2]) }

local values
for i = 1, keys do
    local o = 10 * i - 10
    local algorithm, q = s[o + 1] % SHADOW, s[o + 3]
    if algorithm == LOG then
        local newest = tonumber(call('LINDEX', KEYS[i], -1) or 0)
        local at = max(now, newest)
        s[o + NEWEST], s[o + AT] = newest, at
        if newest > now - q then
            local length = call('LLEN', KEYS[i])
            local live, edge, oldest = 0, at - q, tonumber(call('LINDEX', KEYS[i], 0))
            if oldest <= edge then
                -- some have left the window: looked for from the left, as they are few but after a pause
                local dead
                while oldest <= edge do
                    dead, live = live, min(2 * live + 1, length - 1)
                    oldest = tonumber(call('LINDEX', KEYS[i], live))
                end
                while live - dead > 1 do
                    local middle = floor((dead + live) / 2)
                    local moment = tonumber(call('LINDEX', KEYS[i], middle))
                    if moment <= edge then
                        dead = middle
                    else
                        live, oldest = middle, moment
                    end
                end
            end
            s[o + STORED], s[o + FIRST], s[o + OLDEST] = length, live, oldest
        end
    else
        values = values or call('MGET', unpack(KEYS))
        local value = values[i]
        if algorithm == BUCKET then
            local stored = value and tonumber(value) or 0
            s[o + STORED] = stored
            s[o + AT] = stored < now and now or min(stored, now + s[o + 2])
        else
            local window = now - now % q
            if value then
                local stored, before, count = read(COUNTS, value)
                s[o + STORED] = stored
                if stored == window - q then
                    s[o + BEFORE] = count
                elseif stored >= window then
                    window = stored
                    s[o + BEFORE], s[o + COUNT] = before, count
                end
            end
            s[o + WINDOW], s[o + AT] = window, max(now, window)
        end
    end
end

local reply, size = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 0
local charges = { read('<' .. rep('I3', #ARGV[3] / 3), ARGV[3]) }
local request, finish = 1, #charges -- the last one is struct's: where it stopped to read
while request < finish do
    local from, to = request + 1, request + 2 * charges[request]
    local admitted = ARGV[1] == '1'
    for j = from, to, 2 do
        local o, cost = 10 * charges[j] - 10, charges[j + 1]
        local p, q, algorithm, retry = s[o + 2], s[o + 3], s[o + 1] % SHADOW, 0
        if algorithm == BUCKET then
            local over = s[o + AT] - now + cost * q - p
            if over > 0 then
                retry = cost * q > p and -1 or over
            end
        elseif algorithm == LOG then
            local over = s[o + STORED] - s[o + FIRST] + s[o + CHARGED] + cost - p
            if over > 0 then
                local leaves = s[o + FIRST] + over - 1
                retry = cost > p and -1
                    or (leaves < s[o + STORED] and call('LINDEX', KEYS[charges[j]], leaves) or s[o + AT]) + q - now
            end
        else
            -- The count before decays with the share of its window that the sliding one still covers:
            -- before * (q - elapsed) / q + count is to stay within p.
            local before, count, ends = s[o + BEFORE], s[o + COUNT] + cost, s[o + WINDOW] + q
            if before * (ends - s[o + AT]) + (count - p) * q > 0 then
                if cost > p then
                    retry = -1
                elseif count <= p then
                    retry = ends - floor((p - count) * q / before) - now
                else
                    retry = ends + q - floor((p - cost) * q / (count - cost)) - now
                end
            end
        end
        s[o + RETRY] = retry
        admitted = admitted and (retry == 0 or s[o + 1] > SHADOW)
    end
    for j = from, to, 2 do
        local o, cost = 10 * charges[j] - 10, charges[j + 1]
        local p, q, algorithm, retry = s[o + 2], s[o + 3], s[o + 1] % SHADOW, s[o + RETRY]
        if not admitted or retry ~= 0 then
            cost = 0
        end
        s[o + CHARGED] = s[o + CHARGED] + cost
        local left, more, full = p, 0, 0
        if algorithm == BUCKET then
            s[o + AT] = s[o + AT] + cost * q
            full = s[o + AT] - now
            left = floor((p - full) / q)
            if full > 0 then
                more = q - (p - full) % q
            end
        elseif algorithm == LOG then
            local kept, pushed = s[o + STORED] - s[o + FIRST], s[o + CHARGED]
            if kept + pushed > 0 then
                left = p - kept - pushed
                local leaves = s[o + OLDEST]
                if left < 0 then
                    -- the limit is less than it was: so many leave before there is room
                    leaves = -left < kept and call('LINDEX', KEYS[charges[j]], s[o + FIRST] - left) or s[o + AT]
                    left = 0
                end
                more = (kept > 0 and leaves or s[o + AT]) + q - now
                full = (pushed > 0 and s[o + AT] or s[o + NEWEST]) + q - now
            end
        else
            local before, count, ends = s[o + BEFORE], s[o + COUNT] + cost, s[o + WINDOW] + q
            s[o + COUNT] = count
            left = max(p - count - floor((before * (ends - s[o + AT]) + q - 1) / q), 0)
            if before > 0 then
                full = ends - now
                more = full - floor(max(p - count - left - 1, 0) * q / before)
            end
            if count > 0 then
                full = ends + q - now
                if before == 0 or p - count <= left then
                    more = full - floor(min(p - left - 1, count) * q / count)
                end
            end
        end
        reply[size + 1], reply[size + 2], reply[size + 3], reply[size + 4] = left, retry, more, full
        size = size + 4
    end
    request = to + 1
end

for i = 1, keys do
    local o, key = 10 * i - 10, KEYS[i]
    local charged = s[o + CHARGED]
    if charged > 0 then
        local algorithm, q, stored, at = s[o + 1] % SHADOW, s[o + 3], s[o + STORED], s[o + AT]
        if algorithm == BUCKET then
            local period = min(max(s[o + 2], SECOND), MINUTE)
            if floor(stored / period) == floor(at / period) then
                call('INCRBY', key, at - stored)
            else
                call('SET', key, at, 'PX', floor((at - now + 2 * period) / 1000))
            end
        elseif algorithm == LOG then
            local newest = s[o + NEWEST]
            if stored == 0 and newest > 0 then
                call('DEL', key)
            elseif s[o + FIRST] > 0 then
                call('LTRIM', key, s[o + FIRST], -1)
            end
            if charged == 1 then
                call('RPUSH', key, at)
            else
                local times = {}
                for n = 1, min(charged, 1000) do
                    times[n] = at
                end
                for left = charged, 1, -1000 do
                    call('RPUSH', key, unpack(times, 1, min(left, 1000)))
                end
            end
            local period = min(q, MINUTE)
            if stored == 0 or floor(newest / period) ~= floor(at / period) then
                call('PEXPIRE', key, floor((at - now + 2 * q) / 1000) + 1)
            end
        else
            local window = s[o + WINDOW]
            local counts = pack(COUNTS, window, s[o + BEFORE], s[o + COUNT])
            if stored == window then
                call('SETRANGE', key, 0, counts)
            else
                call('SET', key, counts, 'PX', floor((window + 2 * q - now) / 1000) + 1)
            end
        end
    end
end
return pack('<' .. rep('i8', size), unpack(reply, 1, size))
