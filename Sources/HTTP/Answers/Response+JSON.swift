extension Response {
    /// An answer whose body is one JSON object.
    package static func json(
        _ status: Int,
        headers: [Header] = [],
        _ members: (inout JSONWriter) -> Void
    ) -> Response {
        var writer = JSONWriter()
        writer.object(members)
        return Response(status: status, contentType: .json, headers: headers, body: writer.bytes)
    }
}

extension Response.Header {
    /// When to try again, in whole seconds from now, at least one.
    package static func retryAfter(seconds: Int) -> Response.Header {
        Response.Header("Retry-After", String(max(seconds, 1)))
    }
}
