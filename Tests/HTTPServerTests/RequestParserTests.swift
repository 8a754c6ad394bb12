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
                        _ = try HeadPolicy(bodyLimit: limits.body).admit(&head)
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
