import HTTP

@testable import HTTPServer

/// What became of some bytes that were fed to the parser in pieces, as a connection does it, but without a socket.
struct RequestReading {
    /// An admitted request, and how far into the bytes it goes.
    struct Exchange: Equatable {
        /// As sent; admission changes target and host.
        var sent: ReferenceRequest
        var target: [UInt8]
        var host: [UInt8]?
        var keepsAlive: Bool
    }

    enum End: Equatable {
        case finished(isWithinRequest: Bool)
        case refused(Refusal)
    }

    private(set) var exchanges: [Exchange] = []
    private(set) var end = End.finished(isWithinRequest: false)
    private(set) var brokenRule: String?

    private let limits: ServerConfiguration.Limits
    private var incoming = IncomingRequest()
    private var current: Exchange?
    private var taken = 0

    init(of bytes: [UInt8], limits: ServerConfiguration.Limits, cuts: Cuts) {
        self.limits = limits
        do throws(Refusal) {
            let parser = try RequestParser(limits: limits)
            var sizes = cuts.sizes(for: bytes)
            while taken < bytes.count, brokenRule == nil {
                try take(bytes[taken..<min(taken + sizes.next(), bytes.count)], with: parser)
            }
            end = .finished(isWithinRequest: parser.hasBegun)
        } catch {
            end = .refused(error)
        }
    }

    /// The piece lives in memory of exactly its size, so that a sanitizer sees a step beyond it.
    private mutating func take(_ piece: ArraySlice<UInt8>, with parser: borrowing RequestParser) throws(Refusal) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: piece.count, alignment: 1)
        defer { memory.deallocate() }
        memory.copyBytes(from: piece)
        var rest = UnsafeRawBufferPointer(memory)
        while !rest.isEmpty, brokenRule == nil {
            let before = rest.count
            let progress = try feed(&rest, to: parser)
            taken += before - rest.count
            if rest.count == before { brokenRule = "every look at bytes takes some of them, or refuses" }
            switch progress {
            case .needsMore: if !rest.isEmpty { brokenRule = "more is asked for only when all is taken" }
            case .head: try admitHead(from: parser)
            case .request: finish(from: parser)
            }
        }
    }

    private mutating func feed(
        _ bytes: inout UnsafeRawBufferPointer,
        to parser: borrowing RequestParser
    ) throws(Refusal) -> RequestParser.Progress {
        do throws(Refusal) { return try parser.feed(&bytes) } catch {
            do throws(Refusal) {
                _ = try parser.feed(&bytes)
                brokenRule = "what was refused stays refused"
            } catch let again {
                if again != error { brokenRule = "what was refused stays refused for the same reason" }
            }
            throw error
        }
    }

    private mutating func admitHead(from parser: borrowing RequestParser) throws(Refusal) {
        if current != nil { brokenRule = "a request has one head" }
        var sent = ParsedHead()
        parser.read(into: &sent)
        if sent.text.count > limits.head || sent.fields.count > limits.fields || sent.target.count > limits.target {
            brokenRule = "a head is within its limits"
        }
        try incoming.readHead(from: parser, HeadPolicy(bodyLimit: limits.body))
        current = Exchange(
            sent: ReferenceRequest(
                method: Array(sent.text[sent.method.indices]),
                target: Array(sent.text[sent.target.indices]),
                fields: sent.fields.map { field in
                    [Array(sent.text[field.name.indices]), Array(sent.text[field.value.indices])]
                }
            ),
            target: Array(incoming.head.text[incoming.head.target.indices]),
            host: incoming.head.value(of: "host").map(Array.init),
            keepsAlive: incoming.head.keepsAlive
        )
        if !parser.awaitsBody { finish(from: parser) }
    }

    private mutating func finish(from parser: borrowing RequestParser) {
        guard var exchange = current else {
            brokenRule = "a request has a head before it is complete"
            return
        }
        if parser.awaitsBody { brokenRule = "a complete request awaits nothing" }
        incoming.readBody(from: parser)
        let client = NetworkAddress(ipv4: 0x7f00_0001)
        let request = incoming.request(from: { _ in client }, id: incoming.head.requestID ?? .unassigned)
        brokenRule = brokenRule ?? RequestRules.brokenRule(for: request)
        if request.body.count > limits.body { brokenRule = "a body is within its limit" }
        exchange.sent.body = request.body
        exchange.sent.end = taken
        exchanges.append(exchange)
        current = nil
        incoming.finish()
        parser.reset()
        if parser.hasBegun { brokenRule = "a parser made ready has seen nothing" }
    }
}

/// Where the network cuts the bytes.
enum Cuts: CaseIterable {
    case nowhere
    case everywhere
    /// In places that depend on nothing but the bytes, so that a failure comes again.
    case somewhere

    struct Sizes {
        let cuts: Cuts
        let count: Int
        var state: UInt64

        mutating func next() -> Int {
            switch cuts {
            case .nowhere: return count
            case .everywhere: return 1
            case .somewhere:
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return 1 + Int(state >> 59)
            }
        }
    }

    func sizes(for bytes: [UInt8]) -> Sizes {
        let seed = bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        return Sizes(cuts: self, count: bytes.count, state: seed)
    }
}
