/// A request as handlers see it: complete, within all limits, and routed.
package struct Request: Sendable {
    package var head: RequestHead
    package var body: [UInt8]

    /// Who sent it: the connection's peer, or what a trusted proxy says about it.
    package var client: NetworkAddress
    package var id: RequestID

    /// What the pattern's captures matched; the router fills it in.
    package var parameters = PathParameters()

    private let pathRange: ByteRange
    private let queryRange: ByteRange

    package init(head: RequestHead, body: [UInt8] = [], client: NetworkAddress, id: RequestID) {
        self.head = head
        self.body = body
        self.client = client
        self.id = id
        let target = head.target.indices
        let pathEnd = head.text[target].firstIndex(of: UInt8(ascii: "?")) ?? target.upperBound
        pathRange = ByteRange(start: target.lowerBound, count: pathEnd - target.lowerBound)
        let queryStart = min(pathEnd + 1, target.upperBound)
        queryRange = ByteRange(start: queryStart, count: target.upperBound - queryStart)
    }

    /// A request made within the process; tests speak to a router with it.
    package init(
        _ method: Method,
        _ target: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        client: NetworkAddress = NetworkAddress(ipv4: 0x7f00_0001),
        id: RequestID = RequestID.unassigned
    ) {
        self.init(head: RequestHead(method, target, headers: headers), body: body, client: client, id: id)
    }

    package var method: Method { head.method }

    /// The path as sent, still percent-encoded: what routing, and so every decision, goes by.
    package var pathBytes: ArraySlice<UInt8> { head.text[pathRange.indices] }

    /// The path as sent, for log lines.
    package var path: String { String(decoding: pathBytes, as: UTF8.self) }

    package var query: Query { Query(head.text[queryRange.indices]) }

    /// The value of the first header field with this name; nil without one, and when it is not UTF-8.
    package func header(_ name: StaticString) -> String? {
        head.value(of: name).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The value of the only header field with this name; nil without one, and with several, which two readers might choose
    /// differently from.
    package func onlyHeaderBytes(_ name: StaticString) -> ArraySlice<UInt8>? {
        let values = head.values(of: name)
        return values.count == 1 ? values[0] : nil
    }

    package func headerBytes(_ name: StaticString) -> ArraySlice<UInt8>? { head.value(of: name) }
}

extension Request {
    /// What follows `Authorization: Bearer`, nil when the header is absent or speaks another scheme.
    package var bearerToken: ArraySlice<UInt8>? {
        guard let value = headerBytes("authorization"), value.count > 7,
            ("bearer " as StaticString).isEqualIgnoringCase(to: value.prefix(7))
        else { return nil }
        return value.dropFirst(7)
    }
}
