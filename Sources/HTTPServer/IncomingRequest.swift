import HTTP

/// The request of a connection that is being read or handled.
///
/// Its storage serves the connection's next one, if no handler has kept it.
struct IncomingRequest {
    private(set) var head = ParsedHead()
    private(set) var admission = HeadPolicy.Admission(method: .get)
    private var body: [UInt8] = []
    private var hasHead = false

    /// Takes the head that `parser` has read.
    mutating func readHead(from parser: borrowing RequestParser, _ policy: HeadPolicy) throws(Refusal) {
        parser.read(into: &head)
        hasHead = true
        body.removeAll(keepingCapacity: true)
        admission = try policy.admit(&head)
    }

    mutating func readBody(from parser: borrowing RequestParser) {
        parser.read(into: &body)
    }

    /// Makes room for the next one, once this one is answered.
    mutating func finish() {
        hasHead = false
    }

    /// Nil where the head has not ended, or could not be read.
    var knownHead: ParsedHead? { hasHead ? head : nil }

    func request(from client: (RequestHead) -> NetworkAddress, id: RequestID) -> Request {
        let head = RequestHead(text: head.text, fields: head.fields, method: admission.method, target: head.target)
        return Request(head: head, body: body, client: client(head), id: id)
    }
}

extension ParsedHead {
    /// The id that the client gave its request, if it can be used.
    var requestID: RequestID? {
        value(of: "x-request-id").flatMap { RequestID($0) }
    }
}
