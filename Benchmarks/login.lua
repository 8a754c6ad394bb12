-- POST /auth/login: the right password of one of the bench's people.
local users

function init(arguments)
    users = tonumber(arguments[1])
    password = arguments[2]
end

function request()
    local body = '{"email":"bench-' .. math.random(users) .. '@example.com","password":"' .. password .. '"}'
    return wrk.format("POST", "/auth/login", { ["Content-Type"] = "application/json" }, body)
end
