import HTTP

extension Refusal {
    /// The answer, with a body as RFC 9457 has it.
    func response(in language: Language) -> Response {
        var body: [UInt8] = []
        body.append(#"{"type":"about:blank","title":""#)
        body.append(StatusTitle.text(for: status, in: language))
        body.append(#"","status":"#)
        body.append(decimal: status)
        body.append(#","detail":""#)
        body.append(detail(in: language))
        body.append(#""}"#)
        let told = Response.Header("Content-Language", language.rawValue)
        return Response(status: status, contentType: .problem, headers: headers + [told], body: body)
    }

    var unreadable: Unreadable { Unreadable(status: status, english: detail, spanish: spanishDetail) }

    func detail(in language: Language) -> StaticString {
        switch language {
        case .english: detail
        case .spanish: spanishDetail
        }
    }

    private var headers: [Response.Header] {
        switch status {
        case 405: [Response.Header("Allow", Method.allowed)]
        case 503: [Response.Header("Retry-After", "1")]
        default: []
        }
    }
}

extension Method {
    /// All methods this server knows, as an `Allow` header lists them.
    static let allowed = allCases.map { "\($0.name)" }.joined(separator: ", ")
}
