-- What wrk sends and prints. Arguments after the address: a file with one path a line, and how many of them to skip.
-- Without a file every request is for the address itself.

function init(args)
  if not args[1] then return end
  local requests, at = {}, tonumber(args[2])
  for path in io.lines(args[1]) do requests[#requests + 1] = wrk.format("GET", path) end
  function request()
    at = at % #requests + 1
    return requests[at]
  end
end

function done(summary, latency)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "p50": %.4f, "p99": %.4f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    broken + errors.status
  ))
end
