import FoundationEssentials
import HTTP
import Testing

@testable import HTTPServer

/// What becomes of bytes, without a socket.
private enum Outcome: Equatable {
    case request(String, body: [UInt8], rest: Int)
    case refused(Refusal)
    case unfinished
}

@Suite("Request parser")
struct RequestParserTests {
    /// Feeds `bytes` in pieces of a given size, as a network might deliver them.
    private func outcome(of bytes: [UInt8], inPiecesOf size: Int) -> Outcome {
        do throws(Refusal) {
            let limits = ServerConfiguration.Limits()
            let parser = try RequestParser(limits: limits)
            var head = ParsedHead()
            var body: [UInt8] = []
            var taken = 0
            while taken < bytes.count {
                let piece = Array(bytes[taken..<min(taken + size, bytes.count)])
                var left = piece.count
                while left > 0 {
                    let (progress, rest) = try feed(parser, piece.suffix(left))
                    taken += left - rest
                    left = rest
                    switch progress {
                    case .needsMore: break
                    case .head:
                        parser.read(into: &head)
                        let admission = try HeadPolicy(bodyLimit: limits.body).admit(&head)
                        look(at: head, admission)
                        if parser.awaitsBody { continue }
                        fallthrough
                    case .request:
                        parser.read(into: &body)
                        let target = String(decoding: head.text[head.target.indices], as: UTF8.self)
                        return .request(target, body: body, rest: bytes.count - taken)
                    }
                }
            }
            return .unfinished
        } catch {
            return .refused(error)
        }
    }

    /// Touches whatever a handler could, so that a place outside of the text would show.
    private func look(at head: ParsedHead, _ admission: HeadPolicy.Admission) {
        let parts = RequestHead(text: head.text, fields: head.fields, method: admission.method, target: head.target)
        let request = Request(head: parts, client: NetworkAddress(ipv4: 0), id: .unassigned)
        _ = (request.path, request.query.bytes.count, request.header("Host"), head.requestID)
        for field in head.fields { _ = (head.text[field.name.indices], head.text[field.value.indices]) }
    }

    private func feed(
        _ parser: borrowing RequestParser,
        _ bytes: ArraySlice<UInt8>
    ) throws(Refusal) -> (RequestParser.Progress, rest: Int) {
        // The bytes live in memory of exactly their size, so that a sanitizer sees a step beyond them.
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { memory.deallocate() }
        memory.copyBytes(from: bytes)
        var rest = UnsafeRawBufferPointer(memory)
        let progress = try parser.feed(&rest)
        return (progress, rest.count)
    }

    @Test("The same bytes mean the same however they are cut", arguments: acceptedVectors + refusedVectors)
    func meansTheSameHoweverCut(_ vector: Vector) {
        let bytes = vector.bytes + Array("GET /second HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        let whole = outcome(of: bytes, inPiecesOf: bytes.count)
        #expect(whole != .unfinished)
        for size in [1, 2, 3, 7, 64] {
            #expect(outcome(of: bytes, inPiecesOf: size) == whole, "in pieces of \(size)")
        }
    }

    @Test("What the fuzzer found worth keeping means the same however it is cut")
    func replaysTheCorpus() throws {
        let folder = #filePath.split(separator: "/").dropLast(2).map { "/\($0)" }.joined() + "/Corpora/requests"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count > 50)
        for name in names {
            let file = try #require(FileManager.default.contents(atPath: "\(folder)/\(name)"))
            let bytes = Array(file)
            let whole = outcome(of: bytes, inPiecesOf: max(1, bytes.count))
            for size in [1, 3, 16] {
                #expect(outcome(of: bytes, inPiecesOf: size) == whole, "\(name) in pieces of \(size)")
            }
        }
    }

    @Test("Heads with errors strewn over them are read or refused, and nothing else happens", arguments: 0..<8)
    func survivesMutations(_ seed: Int) {
        var random = Dice(state: UInt64(seed))
        for _ in 0..<1000 {
            var bytes =
                (random.isOne(in: 2) ? acceptedVectors : refusedVectors).randomElement(using: &random)?.bytes ?? []
            bytes = Array(bytes.prefix(2000))
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.insert(Array("\r\n :;,0Aa/%*".utf8).randomElement(using: &random) ?? 0, at: place)
                case 2: bytes.remove(at: place)
                default: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            let whole = outcome(of: bytes, inPiecesOf: bytes.count)
            for size in [1, 13] { #expect(outcome(of: bytes, inPiecesOf: size) == whole) }
        }
    }

    @Test("It takes exactly one request")
    func takesOneRequest() {
        let bytes = Array("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\n".utf8)
        #expect(outcome(of: bytes, inPiecesOf: 1000) == .request("/a", body: Array("hi".utf8), rest: 17))
    }

    @Test("Empty lines are no beginning of a request")
    func skipsEmptyLines() throws {
        let parser = try RequestParser(limits: ServerConfiguration.Limits())
        _ = try feed(parser, Array("\r\n\r\n\r".utf8)[...])
        let hasBegunBefore = parser.hasBegun
        _ = try feed(parser, Array("\nG".utf8)[...])
        let hasBegun = parser.hasBegun
        #expect(!hasBegunBefore && hasBegun)
    }

    @Test("Not even empty lines may go on for ever")
    func endsEmptyLines() {
        let bytes = Array(String(repeating: "\r\n", count: 8193).utf8)
        #expect(outcome(of: bytes, inPiecesOf: 512) == .refused(.headTooLarge))
    }

    @Test("A head of exactly the limit is read, one byte more is not")
    func limitsHeads() {
        for (size, expected) in [(16_384, Outcome.request("/", body: [], rest: 0)), (16_385, .refused(.headTooLarge))] {
            let frame = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n"
            let filler = String(repeating: "y", count: size - frame.utf8.count)
            let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX: \(filler)\r\n\r\n".utf8)
            #expect(bytes.count == size)
            for piece in [1, 1000, 100_000] { #expect(outcome(of: bytes, inPiecesOf: piece) == expected) }
        }
    }

    @Test("After a reset it reads the next request as if it were the first")
    func readsTheNextRequest() throws {
        let parser = try RequestParser(limits: ServerConfiguration.Limits())
        var head = ParsedHead()
        var body: [UInt8] = []
        for round in 0..<3 {
            let text =
                "POST /\(round) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\(round)\r\n0\r\n\r\n"
            let (progress, rest) = try feed(parser, Array(text.utf8)[...])
            #expect(progress == .head)
            parser.read(into: &head)
            #expect(try feed(parser, Array(text.utf8).suffix(rest)) == (.request, rest: 0))
            parser.read(into: &body)
            #expect(body == Array("\(round)".utf8))
            #expect(String(decoding: head.text[head.target.indices], as: UTF8.self) == "/\(round)")
            parser.reset()
        }
    }

    @Test("What was refused stays refused until the reset")
    func staysRefused() throws {
        let parser = try RequestParser(limits: ServerConfiguration.Limits())
        for _ in 0..<3 {
            #expect(throws: Refusal.badLine) { try feed(parser, Array("\nGET".utf8)[...]) }
        }
        parser.reset()
        #expect(try feed(parser, Array("GET".utf8)[...]) == (.needsMore, rest: 0))
    }
}

/// The same throws in every run.
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func isOne(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
