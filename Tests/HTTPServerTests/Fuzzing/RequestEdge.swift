import HTTPServer

/// What must hold for any bytes whatever that a client sends; the fuzzer and the corpus test both ask this.
enum RequestEdge {
    /// Reads the bytes as a connection does, cut in several ways, and reads what was admitted again by other means.
    ///
    /// - Returns: the rule that was broken, nil when none was.
    static func brokenRule(for bytes: [UInt8]) -> String? {
        var whole: RequestReading?
        for cuts in Cuts.allCases {
            let reading = RequestReading(of: bytes, limits: limits, cuts: cuts)
            if let rule = reading.brokenRule { return rule }
            if let whole, whole.exchanges != reading.exchanges || whole.end != reading.end {
                return "the same bytes mean the same however they are cut"
            }
            whole = reading
        }
        var start = 0
        for exchange in whole?.exchanges ?? [] {
            guard ReferenceRequest(bytes, from: start) == exchange.sent else {
                return "what is admitted is read as RFC 9112 reads it"
            }
            start = exchange.sent.end
        }
        return nil
    }

    /// Tight, so that inputs of a few hundred bytes reach each of them.
    private static let limits: ServerConfiguration.Limits = {
        var limits = ServerConfiguration.Limits()
        limits.head = 512
        limits.target = 64
        limits.fields = 10
        limits.body = 64
        return limits
    }()
}
