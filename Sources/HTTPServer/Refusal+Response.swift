import HTTP

extension Refusal {
    /// The answer, with a body as RFC 9457 has it.
    var response: Response {
        var body: [UInt8] = []
        body.append(#"{"type":"about:blank","title":""#)
        body.append(StatusTitle.english(status))
        body.append(#"","status":"#)
        body.append(decimal: status)
        body.append(#","detail":""#)
        body.append(detail)
        body.append(#""}"#)
        return Response(status: status, contentType: .problem, headers: headers, body: body)
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
