-- What wrk sends: POST /sales with the bodies of a file, one a line, each request under a key of its own.
--
--   wrk ... -s requests.lua URL -- BODIES REPLAY_PERCENT SEED
--
-- The generator shares the machine with what it measures, so request() does no more than join three strings.

local bit = require("bit")
local bxor, lshift, rshift, tohex = bit.bxor, bit.lshift, bit.rshift, bit.tohex

-- A replay repeats one of so many earlier requests: far more than are under way, so that most have their answer.
local REMEMBERED = 16384

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

local function uuid_middle()
  local function hex(digits)
    return string.format("%0" .. digits .. "x", math.random(0, 16 ^ digits - 1))
  end
  return "-" .. hex(4) .. "-4" .. hex(3) .. "-8" .. hex(3) .. "-" .. hex(4)
end

function init(arguments)
  local bodies, percent, seed = arguments[1], tonumber(arguments[2]), tonumber(arguments[3])
  math.randomseed(seed)

  local tails, count = {}, 0
  for body in io.lines(bodies) do
    tails[count] = "\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
    count = count + 1
  end
  local head = "POST /sales HTTP/1.1\r\nHost: " .. wrk.headers["Host"]
    .. "\r\nContent-Type: application/json\r\nIdempotency-Key: "
  local middle = uuid_middle()

  -- Both run through every number of 32 bits but 0 before one comes again (xorshift), so no key does.
  local first, last = math.random(1, 2 ^ 31 - 1), math.random(1, 2 ^ 31 - 1)
  local next_body = math.random(0, count - 1)
  local earlier, due = {}, 0
  fresh, replays = 0, 0

  function request()
    due = due + percent
    if due >= 100 and fresh > 0 then
      due = due - 100
      replays = replays + 1
      return earlier[math.random(1, math.min(fresh, REMEMBERED))]
    end
    first = bxor(first, lshift(first, 13))
    first = bxor(first, rshift(first, 17))
    first = bxor(first, lshift(first, 5))
    last = bxor(last, lshift(last, 13))
    last = bxor(last, rshift(last, 17))
    last = bxor(last, lshift(last, 5))
    fresh = fresh + 1
    next_body = next_body + 1
    if next_body == count then next_body = 0 end
    local sent = head .. tohex(first) .. middle .. tohex(last) .. tails[next_body]
    if percent > 0 then earlier[(fresh - 1) % REMEMBERED + 1] = sent end
    return sent
  end
end

function done(summary, latency)
  local fresh_keys, repeated = 0, 0
  for _, thread in ipairs(threads) do
    fresh_keys = fresh_keys + thread:get("fresh")
    repeated = repeated + thread:get("replays")
  end
  local errors = summary.errors
  print(string.format(
    'RESULT {"requests":%d,"durationMs":%.3f,"otherAnswers":%d,"unanswered":%d,"p50Ms":%.3f,"p99Ms":%.3f,"p999Ms":%.3f,"freshKeys":%d,"replays":%d}',
    summary.requests, summary.duration / 1000, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency:percentile(99.9) / 1000, fresh_keys, repeated
  ))
end
