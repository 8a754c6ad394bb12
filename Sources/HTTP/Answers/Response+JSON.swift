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

    /// One page of a list: `{data, total, page, limit}`.
    package static func page<Item>(
        _ number: Int,
        limit: Int,
        of items: [Item],
        total: Int,
        _ write: (inout JSONWriter, Item) -> Void
    ) -> Response {
        .json(200) {
            $0.array("data") {
                for item in items { write(&$0, item) }
            }
            $0.field("total", total)
            $0.field("page", number)
            $0.field("limit", limit)
        }
    }
}

extension Response.Header {
    /// When to try again, in whole seconds from now, at least one.
    package static func retryAfter(seconds: Int) -> Response.Header {
        Response.Header("Retry-After", String(max(seconds, 1)))
    }
}
