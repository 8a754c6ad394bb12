/// Problem details (RFC 9457): what went wrong, for people and for programs.
///
/// The type is `about:blank`, with which the title is the status's own, unless a surface names another.
package struct Problem: Sendable {
    package struct Item: Sendable, Hashable {
        package var field: String
        package var message: String

        package init(field: String, message: String) {
            self.field = field
            self.message = message
        }
    }

    package var status: Int
    package var type: String
    package var title: String?
    package var detail: String?
    package var errors: [Item]

    /// A problem whose title, unless one is given, is the status's in the answer's language.
    package init(
        status: Int,
        type: String = "about:blank",
        title: String? = nil,
        detail: String? = nil,
        errors: [Item] = []
    ) {
        self.status = status
        self.type = type
        self.title = title
        self.detail = detail
        self.errors = errors
    }

    package func response(in language: Language, headers: [Response.Header] = []) -> Response {
        var writer = JSONWriter()
        writer.object {
            $0.field("type", type)
            if let title {
                $0.field("title", title)
            } else {
                $0.field("title", StatusTitle.text(for: status, in: language))
            }
            $0.field("status", status)
            if let detail { $0.field("detail", detail) }
            if !errors.isEmpty { write(errors, to: &$0) }
        }
        return Response(
            status: status,
            contentType: .problem,
            headers: headers + [Response.Header("Content-Language", language.rawValue)],
            body: writer.bytes
        )
    }

    private func write(_ errors: [Item], to writer: inout JSONWriter) {
        writer.array("errors") {
            for error in errors {
                $0.object {
                    $0.field("field", error.field)
                    $0.field("message", error.message)
                }
            }
        }
    }
}
