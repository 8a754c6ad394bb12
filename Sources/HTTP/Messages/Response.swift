/// What a handler answers.
///
/// The server adds the status line, `Date`, `Content-Length`, `Connection`, `X-Request-Id` and the security headers.
package struct Response: Sendable {
    package enum ContentType: Sendable {
        /// There is no body, and no `Content-Type`.
        case none
        case json
        case problem
        case text

        /// The header's value, empty for `none`.
        package var value: StaticString {
            switch self {
            case .none: ""
            case .json: "application/json; charset=utf-8"
            case .problem: "application/problem+json; charset=utf-8"
            case .text: "text/plain; charset=utf-8"
            }
        }
    }

    /// A header field; its value never holds a line break.
    package struct Header: Sendable {
        package let name: StaticString
        package let value: String

        package init(_ name: StaticString, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var status: Int
    package var contentType: ContentType
    package var headers: [Header]
    package var body: [UInt8]

    package init(status: Int, contentType: ContentType = .none, headers: [Header] = [], body: [UInt8] = []) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }
}
