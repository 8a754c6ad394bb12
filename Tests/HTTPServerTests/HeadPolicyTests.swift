import HTTP
import Testing

@testable import HTTPServer

@Suite("Policy on a head")
struct HeadPolicyTests {
    private static let policy = HeadPolicy(bodyLimit: 1000)

    /// Reads a head without any socket.
    private func admit(_ lines: String...) throws -> (HeadPolicy.Admission, ParsedHead) {
        var head = try read(Array(latin1: lines.joined(separator: "\r\n") + "\r\n\r\n"))
        let admission = try Self.policy.admit(&head)
        return (admission, head)
    }

    private func read(_ bytes: [UInt8]) throws -> ParsedHead {
        let parser = try RequestParser(limits: ServerConfiguration.Limits())
        var head = ParsedHead()
        let progress = try bytes.withUnsafeBytes { bytes in
            var rest = bytes
            return try parser.feed(&rest)
        }
        try #require(progress == .head)
        parser.read(into: &head)
        return head
    }

    @Test("Known methods are admitted", arguments: Method.allCases)
    func admitsKnownMethods(_ method: Method) throws {
        let (admission, _) = try admit("\(method.name) / HTTP/1.1", "Host: a")
        #expect(admission.method == method)
    }

    @Test(
        "What two readers could disagree about is refused",
        arguments: [
            (["X: y"], .noHost),
            (["Host: a", "Host: a"], .severalHosts),
            (["Host: a b"], .badHost),
            (["Host: a", "Authorization: x", "authorization: x"], .severalAuthorizations),
            (["Host: a", "Content-Type: x", "content-type: x"], .severalContentTypes),
            (["Host: a", "Content-Length: 5", "Content-Length: 5"], .severalContentLengths),
            (["Host: a", "Content-Length: 5, 5"], .badContentLength),
            (["Host: a", "Transfer-Encoding: x", "Content-Length: 5"], .badFraming),
            (["Host: a", "Transfer-Encoding: x"], .unknownTransferEncoding),
            (["Host: a", "Transfer-Encoding: x, chunked"], .unknownTransferEncoding),
            (["Host: a", "Transfer-Encoding: chunked, x"], .badTransferEncoding),
            (["Host: a", "Transfer-Encoding: x", "Transfer-Encoding: chunked"], .severalTransferEncodings),
            (["Host: a", "Content-Length: 1001"], .bodyTooLarge),
            (["Host: a", "Expect: magic"], .unknownExpectation),
        ] as [([String], Refusal)]
    )
    func refuses(_ fields: [String], _ refusal: Refusal) {
        #expect(throws: refusal) { try admit((["GET / HTTP/1.1"] + fields).joined(separator: "\r\n")) }
    }

    @Test("HTTP/1.0 knows neither codings nor expectations")
    func knowsVersion1_0() throws {
        #expect(throws: Refusal.transferEncodingInVersion1_0) {
            try admit("POST / HTTP/1.0", "Host: a", "Transfer-Encoding: chunked")
        }
        let (admission, head) = try admit("POST / HTTP/1.0", "Host: a", "Expect: 100-continue", "Content-Length: 5")
        #expect(!admission.expectsContinue)
        #expect(!head.keepsAlive)
    }

    @Test("An expectation is met in HTTP/1.1, in any case")
    func expects() throws {
        let (admission, _) = try admit("POST / HTTP/1.1", "Host: a", "Expect: 100-CONTINUE", "Content-Length: 1000")
        #expect(admission.expectsContinue)
    }

    @Test("OPTIONS asks the server itself with an asterisk, and no other method does")
    func asksTheServer() throws {
        let (_, head) = try admit("OPTIONS * HTTP/1.1", "Host: a")
        #expect(head.text[head.target.indices] == [UInt8(ascii: "*")])
        #expect(throws: Refusal.badTarget) { try admit("GET * HTTP/1.1", "Host: a") }
    }

    @Test(
        "A URL is reduced to path and query, and its host becomes the request's",
        arguments: [
            ("/a?b", "/a?b", "own"),
            ("http://b/a?b", "/a?b", "b"),
            ("http://b:80", "/", "b:80"),
            ("https://b?x=/", "/?x=/", "b"),
            ("http://[::1]:80/", "/", "[::1]:80"),
        ]
    )
    func reducesTargets(_ target: String, _ reduced: String, _ host: String) throws {
        let (_, head) = try admit("GET \(target) HTTP/1.1", "Host: own")
        #expect(String(decoding: head.text[head.target.indices], as: UTF8.self) == reduced)
        #expect(head.value(of: "host").map { String(decoding: $0, as: UTF8.self) } == host)
    }

    @Test(
        "Hosts are names or addresses, perhaps with a port",
        arguments: [
            ("a", true), ("a.example", true), ("A-b_c.example.", true), ("127.0.0.1:80", true), ("a:", true),
            ("a:65535", true), ("[::1]", true), ("[fe80::1]:80", true), ("", false), (":80", false), ("a:65536", false),
            ("a:-1", false), ("a:8 0", false), ("a:000080", false), ("[]", false), ("[::1", false), ("::1", false),
            ("[::1]x", false), ("a/b", false), ("a@b", false), ("a,b", false), ("\u{e9}", false), ("a\\b", false),
            (String(repeating: "a", count: 256), false),
        ]
    )
    func checksHosts(_ text: String, _ isValid: Bool) {
        #expect(HostName.isValid(Array(latin1: text).span) == isValid)
    }
}
