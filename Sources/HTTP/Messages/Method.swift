/// The request methods this server knows; the server answers any other with 501.
package enum Method: UInt8, Sendable, Hashable, CaseIterable {
    case get, head, post, put, patch, delete, options

    package var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        }
    }

    /// The method a request line names; methods are case-sensitive, so `get` is none.
    package init?(name: Span<UInt8>) {
        for method in Method.allCases where method.name.isEqual(to: name) {
            self = method
            return
        }
        return nil
    }
}
