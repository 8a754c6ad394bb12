/// One endpoint: what a surface is a list of, and its documentation too.
package struct Route: Sendable {
    package typealias Handler = @Sendable (Request) async throws -> Response

    package let method: Method

    /// Segments are taken literally, as they are sent; `{name}` stands for any one segment.
    package let path: String
    package let summary: String
    package let handler: Handler

    package init(_ method: Method, _ path: String, _ summary: String, handler: @escaping Handler) {
        self.method = method
        self.path = path
        self.summary = summary
        self.handler = handler
    }
}

/// One HTTP contract: its endpoints, and how it words whatever goes wrong.
package protocol Surface: Sendable {
    var routes: [Route] { get }

    /// The answer to anything a handler threw, and to the `Unroutable`s of the router.
    ///
    /// What is no refusal that the surface knows is a bare 500. The request is there for its language and id.
    func response(to error: any Error, for request: Request) -> Response

    /// The answer to what the server refuses by itself at one of the surface's paths.
    ///
    /// Nil where problem details in the client's language will do.
    func response(to refusal: Unreadable) -> Response?
}

extension Surface {
    package func response(to refusal: Unreadable) -> Response? { nil }
}
