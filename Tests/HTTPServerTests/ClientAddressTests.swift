import HTTP
import HTTPServer
import Support
import Testing

@Suite("Client addresses")
struct ClientAddressTests {
    @Test(
        "What a client claims about itself changes nothing",
        arguments: [
            "X-Forwarded-For: 10.0.0.1", "X-Real-IP: 10.0.0.1", "Forwarded: for=10.0.0.1", "True-Client-IP: 10.0.0.1",
            "Via: 1.1 10.0.0.1", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-For: ::1", "X-Forwarded-For: junk",
            "X-Forwarded-For: \(Array(repeating: "10.0.0.1", count: 100).joined(separator: ", "))",
            "CF-Connecting-IP: 10.0.0.1", "X-Client-IP: 10.0.0.1",
        ]
    )
    func doesNotBelieveClients(_ field: String) async throws {
        try await withServer { server in
            _ = try await server.exchange(
                Array("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(field)\r\n\r\n".utf8)
            )
            #expect(server.journal.entries.map(\.client) == ["127.0.0.1"])
        }
    }

    @Test(
        "Behind trusted proxies the client is the rightmost address that is none of them",
        arguments: [
            ([], "127.0.0.1"),
            (["192.0.2.1"], "192.0.2.1"),
            (["192.0.2.1, 192.0.2.2"], "192.0.2.2"),
            (["192.0.2.1, 10.0.0.1"], "192.0.2.1"),
            (["192.0.2.1 ,\t10.0.0.1 , 10.1.2.3"], "192.0.2.1"),
            (["192.0.2.1", "192.0.2.2, 10.0.0.1"], "192.0.2.2"),
            (["192.0.2.1", "10.0.0.1"], "192.0.2.1"),
            (["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
            (["::ffff:192.0.2.1"], "192.0.2.1"),
            (["2001:DB8:0:0:0:0:0:1"], "2001:db8::1"),
            (["2001:db8::1, fd00::5"], "2001:db8::1"),
            (["junk, 192.0.2.1"], "192.0.2.1"),
            (["192.0.2.1, junk"], "127.0.0.1"),
            (["junk, 10.0.0.1"], "127.0.0.1"),
            ([""], "127.0.0.1"),
            (["192.0.2.1,"], "127.0.0.1"),
            ([","], "127.0.0.1"),
            (["192.0.2.256"], "127.0.0.1"),
            (["192.0.2.1:80"], "127.0.0.1"),
            (["[2001:db8::1]"], "127.0.0.1"),
            (["0192.0.2.1"], "127.0.0.1"),
            (["unknown"], "127.0.0.1"),
            ([Array(repeating: "10.0.0.1", count: 100).joined(separator: ",")], "10.0.0.1"),
        ] as [([String], String)]
    )
    func believesProxies(_ fields: [String], _ client: String) async throws {
        var configuration = ServerConfiguration()
        configuration.trustedProxies = TrustedProxies(
            ["127.0.0.1", "10.0.0.0/8", "fd00::/8"].compactMap { CIDR($0) }
        )
        try await withServer(configuration) { server in
            let lines = fields.map { "X-Forwarded-For: \($0)\r\n" }.joined()
            _ = try await server.exchange(
                Array("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(lines)\r\n".utf8)
            )
            #expect(server.journal.entries.map(\.client) == [client])
        }
    }

    @Test(
        "Socket addresses are an address and a port",
        arguments: [
            ("127.0.0.1:8000", "127.0.0.1:8000"), ("[::1]:0", "[::1]:0"), ("[0:0::1]:80", "[::1]:80"),
            ("127.0.0.1", nil),
            ("::1:80", nil), ("[127.0.0.1]:80", nil), ("127.0.0.1:65536", nil), ("127.0.0.1:+80", nil), (":80", nil),
            ("127.0.0.1:", nil), ("localhost:80", nil), ("[::1]", nil), ("", nil),
        ] as [(String, String?)]
    )
    func readsSocketAddresses(_ text: String, _ canonical: String?) {
        #expect(SocketAddress(text)?.description == canonical)
    }
}
