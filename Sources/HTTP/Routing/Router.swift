/// Brings each request to its handler, and answers those that have none.
///
/// Built once for each event loop. What handlers throw is worded by their surface; where there is no handler, by the first
/// surface that has a path with the same first segment, else by the first of all.
package struct Router: Sendable {
    private let surfaces: [any Surface]
    private let cors: CORSPolicy
    private var endpoints: [Endpoint] = []
    private var patterns = PatternTree()
    private var literals = PathTable([])
    /// The surfaces that word what no handler sees, by first segments.
    private var owners: [[UInt8]: Int] = [:]

    /// A router for one surface or more; two that have a route in common are a mistake that stops the start.
    package init(_ surfaces: [any Surface], cors: CORSPolicy = CORSPolicy()) {
        precondition(!surfaces.isEmpty, "a router needs a surface to word its refusals")
        self.surfaces = surfaces
        self.cors = cors
        var known: [[UInt8]: Int] = [:]
        for (index, surface) in surfaces.enumerated() {
            for route in surface.routes { add(route, surface: index, literals: &known) }
        }
        literals = PathTable(known.map { (path: $0.key, endpoint: $0.value) })
    }

    private mutating func add(_ route: Route, surface: Int, literals: inout [[UInt8]: Int]) {
        let pattern = PathPattern(route.path)
        let captures = pattern.captures
        let next = endpoints.count
        let path = Array(route.path.utf8)
        let segment = Array(Self.firstSegment(of: path[...]))
        if owners[segment] == nil { owners[segment] = surface }
        let place = captures.isEmpty ? literals[path] ?? next : patterns.insert(pattern, endpoint: next)
        if captures.isEmpty { literals[path] = place }
        if place == next { endpoints.append(Endpoint(surface: surface)) }
        endpoints[place].add(route, captures: captures, surface: surface)
    }

    package func respond(to request: Request) async -> Response {
        guard !cors.isEmpty else { return await answer(request) }
        var response = await answer(request)
        expose(&response, to: request.head)
        return response
    }

    /// Has an answer that the server gave by itself, such as a 413, worded by the surface that the path belongs to, and lets
    /// scripts of allowed origins read it.
    package func complete(_ response: inout Response, to request: UnreadableRequest) {
        let head = request.head
        if var worded = surface(of: head.text[head.target.indices]).response(to: request.reason) {
            worded.headers += response.headers.filter { "\($0.name)" != "Content-Language" }
            response = worded
        }
        expose(&response, to: head)
    }

    private func surface(of path: ArraySlice<UInt8>) -> any Surface {
        surfaces[owners[Array(Self.firstSegment(of: path))] ?? 0]
    }

    private static func firstSegment(of path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        path.dropFirst().prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    }

    /// Lets scripts of allowed origins read an answer.
    package func expose(_ response: inout Response, to head: RequestHead) {
        guard !cors.isEmpty else { return }
        cors.expose(&response, to: cors.allowedOrigin(of: head))
    }

    private func answer(_ request: Request) async -> Response {
        let path = request.pathBytes
        if let place = literals.endpoint(at: path.span) {
            guard let action = endpoints[place].action(for: request.method) else {
                return refuse(request, at: endpoints[place])
            }
            return await perform(action, request)
        }
        if let match = patterns.match(path) { return await perform(match, request) }
        // `OPTIONS *` asks about the server as a whole (RFC 9110, 9.3.7).
        if request.method == .options, path.elementsEqual([UInt8(ascii: "*")]) {
            return preflight(request, allowed: Method.allCases.map(\.name.description).joined(separator: ", "))
        }
        return surface(of: path).response(to: Unroutable.unknownPath, for: request)
    }

    private func perform(_ action: Endpoint.Action, _ request: Request) async -> Response {
        do { return try await action.handler(request) } catch {
            return surfaces[action.surface].response(to: error, for: request)
        }
    }

    private func perform(_ match: PatternTree.Match, _ request: Request) async -> Response {
        let endpoint = endpoints[match.endpoint]
        guard let action = endpoint.action(for: request.method) else { return refuse(request, at: endpoint) }
        var request = request
        do { request.parameters = try parameters(of: request, named: action.captures, at: match.captures) } catch {
            return surfaces[action.surface].response(to: error, for: request)
        }
        return await perform(action, request)
    }

    /// Answers a method that no route has: `OPTIONS`, and whatever is not allowed.
    private func refuse(_ request: Request, at endpoint: Endpoint) -> Response {
        guard request.method != .options else { return preflight(request, allowed: endpoint.allowed) }
        let refusal = Unroutable.methodNotAllowed(allowed: endpoint.allowed)
        var response = surfaces[endpoint.surface].response(to: refusal, for: request)
        response.headers.append(Response.Header("Allow", endpoint.allowed))
        return response
    }

    private func parameters(
        of request: Request,
        named names: [String],
        at captured: [Range<Int>]
    ) throws(Unroutable) -> PathParameters {
        var values: [String] = []
        for range in captured {
            guard let value = PercentEncoding.decode(request.head.text[range], from: .pathSegment) else {
                throw .malformedPath
            }
            values.append(value)
        }
        return PathParameters(names: names, values: values)
    }

    private func preflight(_ request: Request, allowed: String) -> Response {
        var response = Response(status: 204, headers: [Response.Header("Allow", allowed)])
        if CORSPolicy.isPreflight(request), cors.allowedOrigin(of: request.head) != nil {
            cors.allow(&response, methods: allowed)
        }
        return response
    }
}
