-- POST /auth/refresh: every token is used once, its successor goes to the end of the line.
local tokens, first, last = {}, 1, 0
local thread_count = 0

function setup(thread)
    thread:set("number", thread_count)
    thread_count = thread_count + 1
end

function init(arguments)
    local line = 0
    for token in io.lines(arguments[1]) do
        if line % tonumber(arguments[2]) == number then
            last = last + 1
            tokens[last] = token
        end
        line = line + 1
    end
end

function request()
    local token = tokens[first]
    tokens[first] = nil
    first = first + 1
    return wrk.format(
        "POST", "/auth/refresh", { ["Content-Type"] = "application/json" }, '{"refresh_token":"' .. token .. '"}'
    )
end

function response(status, headers, body)
    local token = string.match(body, '"refresh_token":"([^"]+)"')
    if token then
        last = last + 1
        tokens[last] = token
    end
end
