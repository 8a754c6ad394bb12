/// One path, with all that can be done to it.
struct Endpoint: Sendable {
    struct Action: Sendable {
        let handler: Route.Handler
        let surface: Int

        /// The names of the path's captures in this route's pattern.
        let captures: [String]
    }

    /// The surface that words a 405: that of the first route here.
    let surface: Int
    private var actions = [Action?](repeating: nil, count: Method.allCases.count)
    private(set) var allowed = ""

    init(surface: Int) { self.surface = surface }

    /// Adds a route, which is from the source code, so that a mistake in it stops the start.
    mutating func add(_ route: Route, captures: [String], surface: Int) {
        precondition(route.method != .head && route.method != .options, "the router answers \(route.method) itself")
        let place = Int(route.method.rawValue)
        precondition(actions[place] == nil, "two routes for \(route.method) \(route.path)")
        actions[place] = Action(handler: route.handler, surface: surface, captures: captures)
        allowed = Method.allCases.filter { $0 == .options || action(for: $0) != nil }.map(\.name.description)
            .joined(separator: ", ")
    }

    /// What answers a method; `HEAD` is answered like `GET`, and the server drops the body.
    func action(for method: Method) -> Action? {
        actions[Int((method == .head ? .get : method).rawValue)]
    }
}
