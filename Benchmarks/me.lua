-- GET /auth/me with the tokens of one file, each thread in an order of its own.
local requests = {}
local thread_count = 0

function setup(thread)
    thread:set("seed", thread_count)
    thread_count = thread_count + 1
end

function init(arguments)
    math.randomseed(seed * 7919 + 17)
    for token in io.lines(arguments[1]) do
        requests[#requests + 1] = wrk.format("GET", "/auth/me", { ["Authorization"] = "Bearer " .. token })
    end
end

function request()
    return requests[math.random(#requests)]
end
