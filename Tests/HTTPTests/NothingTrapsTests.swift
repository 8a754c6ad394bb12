import HTTP
import Testing

/// A trap ends the process, and with it the suite: that these tests end at all is what they show.
@Suite("Hostile input")
struct NothingTrapsTests {
    private let router = Router([
        TestSurface("main", "GET /auth/me", "GET /auth/sessions/{id}", "GET /organizations/{id}/members/{user}")
    ])

    private static let seeds = [
        "/auth/sessions/%41?page=1&limit=9223372036854775807", "2025-12-04T12:00:00.123+01:00", "2024-02-29",
        "::ffff:192.0.2.1", "2001:db8::/32", "1:2:3:4:5:6:7:8", "es-MX,es;q=0.9,en;q=0.8,*;q=0.001",
        "application/json; charset=\"utf-8\"", "page=1&sort=id&order=DESC&search=%C3%B1", "https://[::1]:8443",
        "6f1a3f0e-0b1c-4d2e-8f3a-0123456789ab", "-9223372036854775808",
    ]

    private func mutated(using random: inout SplitMix64) -> [UInt8] {
        var bytes = Array((Self.seeds.randomElement(using: &random) ?? "").utf8)
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let byte = UInt8.random(in: 0...255, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.insert(byte, at: place)
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2 where place < bytes.count: bytes[place] = byte
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }

    @Test("Whatever is sent in whatever place, a reader answers and nothing traps")
    func nothingTraps() async {
        var random = SplitMix64(state: 66)
        for _ in 0..<20_000 {
            let bytes = mutated(using: &random)
            let text = String(decoding: bytes, as: UTF8.self)
            var written: [UInt8] = []
            Timestamp(text: bytes.span)?.append(to: &written, precision: .milliseconds)
            CivilDate(text: bytes.span)?.append(to: &written)
            if let address = NetworkAddress(text: bytes.span) {
                #expect(NetworkAddress(address.description) == address)
            }
            if let block = CIDR(text) { #expect(block.contains(block.address) && CIDR(block.description) == block) }
            if let number = Int(decimal: bytes.span) { #expect(Int(text) == number) }
            _ = CORSPolicy.Origin(text)
            _ = RequestID(bytes[...])
            _ = Language.negotiated(bytes[...], default: .english)
            if var query = try? QueryReader(Query(bytes[...])) {
                _ = PageRequest(&query, PageRequest.Rules(sorts: ["id"])).offset
            }
            await serve(bytes, text)
        }
    }

    private func serve(_ bytes: [UInt8], _ text: String) async {
        let field = RequestHead.Field(
            name: ByteRange(start: 0, count: 0),
            value: ByteRange(start: 0, count: bytes.count)
        )
        let head = RequestHead(
            text: bytes,
            fields: [field],
            method: .get,
            target: ByteRange(start: 0, count: bytes.count)
        )
        let request = Request(head: head, client: NetworkAddress(ipv4: 1), id: .unassigned)
        #expect([200, 400, 404].contains(await router.respond(to: request).status))
        let posted = Request(.post, "/", headers: [("Content-Type", text)], body: bytes)
        #expect(throws: InvalidBody.self) { try JSONBody(posted) }
    }
}
