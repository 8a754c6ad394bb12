import Domain
package import HTTP
package import Services

/// What stands before the routes: every request of an address counts, and every answer says what is left.
///
/// What a browser asks by itself before a script's request, for an allowed origin, does not: refused, the script would not
/// even learn why.
package struct UsuariosFront: Sendable {
    private let surface: UsuariosSurface
    private let router: Router
    private let limits: RequestLimitService
    private let cors: CORSPolicy

    package init(
        _ dependencies: Dependencies,
        lifetime: Duration,
        cors: CORSPolicy,
        report: @escaping @Sendable (any Error, Request) -> Void
    ) {
        surface = UsuariosSurface(dependencies, lifetime: lifetime, report: report)
        router = Router([surface], cors: cors)
        limits = RequestLimitService(dependencies)
        self.cors = cors
    }

    package func respond(to request: Request) async -> Response {
        if CORSPolicy.isPreflight(request), cors.allowedOrigin(of: request.head) != nil {
            return await router.respond(to: request)
        }
        let allowance = limits.count(request.client.networkText)
        var response =
            if let seconds = allowance.retryAfter { refusal(after: seconds, to: request.head) } else {
                await router.respond(to: request)
            }
        response.headers += allowance.headers
        return response
    }

    /// Words an answer that the server gives by itself, such as a 413, as this contract does, and counts what it answers.
    package func complete(_ response: inout Response, to request: UnreadableRequest) {
        let allowance = limits.count(request.client.networkText)
        if let seconds = allowance.retryAfter {
            response = refusal(after: seconds, to: request.head)
        } else {
            router.complete(&response, to: request)
        }
        response.headers += allowance.headers
    }

    private func refusal(after seconds: Int, to head: RequestHead) -> Response {
        var response = surface.response(to: AuthError.tooManyRequests(seconds: seconds))
        router.expose(&response, to: head)
        return response
    }
}

extension RequestAllowance {
    /// `RateLimit` and `RateLimit-Policy`, as the IETF's draft has them: a quota and a window in seconds, what is left of
    /// it and for how long.
    fileprivate var headers: [Response.Header] {
        let windows = [("minute", 60, minute), ("hour", 3600, hour)].compactMap { name, seconds, window in
            window.map { (name, seconds, $0) }
        }
        guard !windows.isEmpty else { return [] }
        let policies = windows.map { "\"\($0.0)\";q=\($0.2.limit);w=\($0.1)" }
        let states = windows.map { "\"\($0.0)\";r=\($0.2.remaining);t=\($0.2.secondsToReset)" }
        return [
            Response.Header("RateLimit-Policy", policies.joined(separator: ", ")),
            Response.Header("RateLimit", states.joined(separator: ", ")),
        ]
    }
}
