/// Why no handler gets a request.
package enum Unroutable: Error, Sendable, Hashable {
    case unknownPath

    /// The path is there for others; `allowed` is the `Allow` header, which the router adds.
    case methodNotAllowed(allowed: String)

    /// A captured segment is not percent-encoded UTF-8, or has `%00` or `%2F` in it.
    case malformedPath

    package var status: Int {
        switch self {
        case .unknownPath: 404
        case .methodNotAllowed: 405
        case .malformedPath: 400
        }
    }
}
