import Testing

/// Bytes that a careful server does not run, or runs exactly as it says.
struct Vector: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    /// What may be answered.
    let statuses: Set<Int>

    init(_ name: String, _ text: String, _ statuses: Int...) {
        self.name = name
        bytes = Array(latin1: text)
        self.statuses = Set(statuses)
    }

    var testDescription: String { name }

    /// A GET with these fields besides `Host`.
    static func fields(_ name: String, _ fields: String, _ statuses: Int...) -> Vector {
        Vector(name, "GET /first HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n", statuses)
    }

    /// A POST with these fields besides `Host`, and with this body.
    static func post(_ name: String, _ fields: String, _ body: String, _ statuses: Int...) -> Vector {
        Vector(name, "POST /first HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)", statuses)
    }

    static func chunked(_ name: String, _ body: String, _ statuses: Int...) -> Vector {
        Vector(name, "POST /first HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)", statuses)
    }

    static func line(_ name: String, _ line: String, _ statuses: Int...) -> Vector {
        Vector(name, "\(line)\r\nHost: a\r\n\r\n", statuses)
    }

    private init(_ name: String, _ text: String, _ statuses: [Int]) {
        self.name = name
        bytes = Array(latin1: text)
        self.statuses = Set(statuses)
    }
}

/// Battery G of `security.md`, by its items' numbers: each is refused, and the connection closed.
let refusedVectors: [Vector] = [
    // 58: Content-Length
    .post("58 two different lengths", "Content-Length: 5\r\nContent-Length: 0", "hello", 400),
    .post("58 two equal lengths", "Content-Length: 5\r\nContent-Length: 5", "hello", 400),
    .post("58 space before the colon", "Content-Length : 35", "hello", 400),
    .post("58 tab before the colon", "Content-Length\t: 5", "hello", 400),
    .post("58 list of equal lengths", "Content-Length: 5, 5", "hello", 400),
    .post("58 list of different lengths", "Content-Length: 5, 6", "hello", 400),
    .post("58 plus sign", "Content-Length: +5", "hello", 400),
    .post("58 minus sign", "Content-Length: -5", "hello", 400),
    .post("58 hexadecimal", "Content-Length: 0x5", "hello", 400),
    .post("58 letter behind", "Content-Length: 5x", "hello", 400),
    .post("58 decimal point", "Content-Length: 5.0", "hello", 400),
    .post("58 exponent", "Content-Length: 5e0", "hello", 400),
    .post("58 space within", "Content-Length: 1 5", "hello", 400),
    .post("58 quotes", "Content-Length: \"5\"", "hello", 400),
    .post("58 comma behind", "Content-Length: 5,", "hello", 400),
    .post("58 empty", "Content-Length: ", "hello", 400),
    .post("58 2^64", "Content-Length: 18446744073709551616", "hello", 400, 413),
    .post("58 2^64 + 5", "Content-Length: 18446744073709551621", "hello", 400, 413),
    .post("58 2^63", "Content-Length: 9223372036854775808", "hello", 413),
    .post("58 2^63 - 1", "Content-Length: 9223372036854775807", "hello", 413),
    .post("58 a hundred digits", "Content-Length: \(String(repeating: "9", count: 100))", "hello", 400, 413),
    .post("58 other digits", "Content-Length: \u{b2}", "hello", 400),
    .post("58 vertical tab", "Content-Length: \u{0b}5", "hello", 400),
    .post("58 NUL behind", "Content-Length: 5\0", "hello", 400),
    .post("58 underscore", "Content_Length: 5\r\nContent-Length: 5_0", "hello", 400),

    // 59: Transfer-Encoding
    .post("59 length, then coding", "Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n", 400),
    .post("59 coding, then length", "Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n", 400),
    .post("59 length and unknown coding", "Transfer-Encoding: xchunked\r\nContent-Length: 5", "hello", 400, 501),
    .post("59 space before the colon", "Transfer-Encoding : chunked", "0\r\n\r\n", 400),
    .post("59 unknown coding", "Transfer-Encoding: xchunked", "0\r\n\r\n", 501),
    .post("59 chunked, identity", "Transfer-Encoding: chunked, identity", "0\r\n\r\n", 400),
    .post("59 identity", "Transfer-Encoding: identity", "", 501),
    .post("59 gzip, chunked", "Transfer-Encoding: gzip, chunked", "0\r\n\r\n", 501),
    .post("59 chunked, chunked", "Transfer-Encoding: chunked, chunked", "0\r\n\r\n", 400, 501),
    .post("59 two fields", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n", 400),
    .post(
        "59 two fields, first unknown",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "0\r\n\r\n",
        400
    ),
    .post("59 vertical tab", "Transfer-Encoding: \u{0b}chunked", "0\r\n\r\n", 400),
    .post("59 quotes", "Transfer-Encoding: \"chunked\"", "0\r\n\r\n", 400, 501),
    .post("59 parameter", "Transfer-Encoding: chunked;a=b", "0\r\n\r\n", 400, 501),
    .post("59 comma before", "Transfer-Encoding: ,chunked", "0\r\n\r\n", 400, 501),
    .post("59 comma behind", "Transfer-Encoding: chunked,", "0\r\n\r\n", 400, 501),
    .post("59 empty", "Transfer-Encoding:", "0\r\n\r\n", 400, 501),
    .post("59 folded", "Transfer-Encoding:\r\n chunked", "0\r\n\r\n", 400),
    Vector("59 HTTP/1.0", "POST /first HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, 501),

    // 60: chunks
    .chunked("60 LF behind the size", "5\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 data ending in LF", "5\r\nhello\n0\r\n\r\n", 400),
    .chunked("60 data ending in CR", "5\r\nhello\r0\r\n\r\n", 400),
    .chunked("60 LF behind an extension", "5;a\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 extension", "5;a=b\r\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 hexadecimal prefix", "0x5\r\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 plus sign", "+5\r\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 minus sign", "-1\r\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 space behind the size", "5 \r\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 space before the size", " 5\r\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 tab behind the size", "5\t\r\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 17 digits", "00000000000000005\r\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 17 digits of a large size", "10000000000000005\r\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 the largest size", "FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n", 413),
    .chunked("60 more data than its size", "5\r\nhellooo\r\n0\r\n\r\n", 400),
    .chunked("60 less data than its size", "6\r\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 no size", "\r\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 no hexadecimal size", "g\r\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 underscore", "1_0\r\nhellohellohelloh\r\n0\r\n\r\n", 400),
    .chunked("60 CR CR LF", "5\r\r\nhello\r\n0\r\n\r\n", 400),
    .chunked("60 trailer ending in LF", "5\r\nhello\r\n0\r\nA: b\n\r\n", 400),
    .chunked("60 trailer without a colon", "5\r\nhello\r\n0\r\nA\r\n\r\n", 400),
    .chunked("60 folded trailer", "5\r\nhello\r\n0\r\nA: b\r\n c\r\n\r\n", 400),
    .chunked("60 length in a trailer", "5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n", 400),
    .chunked("60 extension of the last chunk", "5\r\nhello\r\n0;a\r\n\r\n", 400),

    // 61: the head's lines
    Vector("61 LF ends the request line", "GET /first HTTP/1.1\nHost: a\r\n\r\n", 400),
    Vector("61 LF everywhere", "GET /first HTTP/1.1\nHost: a\n\n", 400),
    Vector("61 LF ends a field", "GET /first HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400),
    Vector("61 LF ends the head", "GET /first HTTP/1.1\r\nHost: a\r\n\nGET /x HTTP/1.1\r\n\r\n", 400),
    Vector("61 LF before the head", "\nGET /first HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Vector("61 CR before the head", "\rGET /first HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    .fields("61 CR in a value", "X: a\rb", 400),
    .fields("61 CR CR LF", "X: a\r", 400),
    .fields("61 NUL in a value", "X: a\0b", 400),
    .fields("61 DEL in a value", "X: a\u{7f}b", 400),
    .fields("61 form feed in a value", "X: a\u{0c}b", 400),
    .fields("61 NUL in a name", "X\0: a", 400),
    .fields("61 fold", "X: a\r\n b", 400),
    .fields("61 fold by a tab", "X: a\r\n\tb", 400),
    .fields("61 fold that builds a field", "X: a\r\n X-Real-IP: 10.0.0.1", 400),
    .fields("61 fold that builds a length", "X: a\r\n Content-Length: 5", 400),
    Vector("61 space before the first field", "GET /first HTTP/1.1\r\n Host: a\r\n\r\n", 400),
    Vector("61 tab before the first field", "GET /first HTTP/1.1\r\n\tX: y\r\nHost: a\r\n\r\n", 400),
    .fields("61 no colon", "X", 400),
    .fields("61 no name", ": x", 400),
    .fields("61 space in a name", "X Y: a", 400),
    .fields("61 slash in a name", "X/Y: a", 400),
    .fields("61 brackets in a name", "X[0]: a", 400),
    .fields("61 not ASCII in a name", "X\u{e9}: a", 400),
    .fields("61 two hosts", "Host: b", 400),
    .fields("61 twice the same host", "Host: a", 400),
    .fields("61 two hosts in two cases", "hOST: b", 400),
    Vector("61 no host", "GET /first HTTP/1.1\r\nX: y\r\n\r\n", 400),
    Vector("61 no field", "GET /first HTTP/1.1\r\n\r\n", 400),
    Vector("61 empty host", "GET /first HTTP/1.1\r\nHost:\r\n\r\n", 400),
    Vector("61 two hosts in a field", "GET /first HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
    Vector("61 host with a path", "GET /first HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    Vector("61 host with a user", "GET /first HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),
    Vector("61 host with a space", "GET /first HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    Vector("61 host with a bad port", "GET /first HTTP/1.1\r\nHost: a:8x\r\n\r\n", 400),
    Vector("61 host with too large a port", "GET /first HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400),
    Vector("61 host with half a bracket", "GET /first HTTP/1.1\r\nHost: [::1\r\n\r\n", 400),
    .fields("61 two authorizations", "Authorization: Bearer a\r\nAuthorization: Bearer b", 400),
    .fields("61 two content types", "Content-Type: application/json\r\nContent-Type: text/plain", 400),
    .fields("61 malformed Connection", "Connection: @", 400),

    // 62: method and version
    .line("62 method with an equals sign", "G=T /first HTTP/1.1", 400, 405, 501),
    .line("62 lower case", "get /first HTTP/1.1", 405, 501),
    .line("62 capitalised", "Get /first HTTP/1.1", 405, 501),
    .line("62 unknown", "BREW /first HTTP/1.1", 405, 501),
    .line("62 TRACE", "TRACE /first HTTP/1.1", 405, 501),
    .line("62 CONNECT", "CONNECT a:443 HTTP/1.1", 405, 501),
    .line("62 method prefix", "GETT /first HTTP/1.1", 501),
    .line("62 space before the method", " GET /first HTTP/1.1", 400),
    .line("62 tab behind the method", "GET\t/first HTTP/1.1", 400),
    .line("62 two spaces", "GET  /first HTTP/1.1", 400),
    .line("62 two spaces before the version", "GET /first  HTTP/1.1", 400),
    .line("62 space behind the version", "GET /first HTTP/1.1 ", 400),
    .line("62 space in the target", "GET /fi rst HTTP/1.1", 400),
    .line("62 no version", "GET /first", 400),
    .line("62 only a method", "GET", 400),
    Vector("62 HTTP/0.9", "GET /first\r\n\r\n", 400),
    .line("62 HTTP/1.32", "GET /first HTTP/1.32", 400, 505),
    .line("62 HTTP/1.2", "GET /first HTTP/1.2", 505),
    .line("62 HTTP/2.0", "GET /first HTTP/2.0", 505),
    .line("62 HTTP/0.9 by name", "GET /first HTTP/0.9", 505),
    .line("62 http/1.1", "GET /first http/1.1", 400),
    .line("62 HTTP 1.1", "GET /first HTTP 1.1", 400),
    .line("62 HTTP/1,1", "GET /first HTTP/1,1", 400),
    .line("62 HTTP/01.1", "GET /first HTTP/01.1", 400),
    .line("62 HTTP/+1.1", "GET /first HTTP/+1.1", 400),
    Vector("62 preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, 505),
    Vector("62 a TLS client", "\u{16}\u{03}\u{01}\u{00}\u{05}\r\n\r\n", 400),

    // 63: targets
    .line("63 not ASCII", "GET /caf\u{c3}\u{a9} HTTP/1.1", 400),
    .line("63 overlong UTF-8", "GET /\u{c0}\u{af} HTTP/1.1", 400),
    .line("63 NUL", "GET /a\0b HTTP/1.1", 400),
    .line("63 DEL", "GET /a\u{7f}b HTTP/1.1", 400),
    .line("63 fragment", "GET /first#part HTTP/1.1", 400),
    .line("63 no slash", "GET first HTTP/1.1", 400),
    .line("63 asterisk", "GET * HTTP/1.1", 400),
    .line("63 host only", "GET a:80 HTTP/1.1", 400),
    .line("63 another scheme", "GET ftp://a/first HTTP/1.1", 400),
    .line("63 URL without a host", "GET http:///first HTTP/1.1", 400),
    .line("63 URL with a user", "GET http://u:p@a/first HTTP/1.1", 400),
    .line("63 URL with a bad port", "GET http://a:x/first HTTP/1.1", 400),
    .line("63 40 kB", "GET /\(String(repeating: "a", count: 40_000)) HTTP/1.1", 414),

    // 64: limits and expectations
    .line("64 target one byte too long", "GET /\(String(repeating: "a", count: 8192)) HTTP/1.1", 414),
    .fields("64 head too large", "X: \(String(repeating: "a", count: 16_384))", 431),
    .fields("64 a name too large", String(repeating: "a", count: 16_384), 431),
    .fields("64 100 fields besides Host", (1...100).map { "X\($0): y" }.joined(separator: "\r\n"), 431),
    .post("64 declared body one byte too large", "Content-Length: 65537", "", 413),
    .chunked("64 chunk one byte too large", "10001\r\n", 413),
    .chunked("64 chunks too large together", "FFFF\r\n\(String(repeating: "a", count: 65_535))\r\n2\r\n", 413),
    .chunked("64 trailers too large", "0\r\nX: \(String(repeating: "a", count: 16_384))\r\n\r\n", 431),
    .post("64 unknown expectation", "Content-Length: 5\r\nExpect: 200-ok", "hello", 417),
    .post("64 two expectations", "Content-Length: 5\r\nExpect: 100-continue\r\nExpect: b", "hello", 417),
    .post("64 expectation of too large a body", "Content-Length: 65537\r\nExpect: 100-continue", "", 413),
]

/// What looks odd and is right; answered by the handler, after which the connection serves on.
let acceptedVectors: [Vector] = [
    .line("plain", "GET /first HTTP/1.1", 200),
    Vector("leading empty lines", "\r\n\r\nGET /first HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    .post("length of zero", "Content-Length: 0", "", 200),
    .post("length with leading zeros", "Content-Length: 0005", "hello", 200),
    .post("length with spaces around", "Content-Length:  5 \t", "hello", 200),
    .post("coding in capitals", "Transfer-Encoding: CHUNKED", "5\r\nhello\r\n0\r\n\r\n", 200),
    .chunked("16 digits", "0000000000000005\r\nhello\r\n0\r\n\r\n", 200),
    .chunked("sizes in both cases", "a\r\nhellohello\r\nA\r\nhellohello\r\n0\r\n\r\n", 200),
    .chunked("several zeros at the end", "5\r\nhello\r\n000\r\n\r\n", 200),
    .chunked("empty", "0\r\n\r\n", 200),
    .chunked("trailers", "5\r\nhello\r\n0\r\nAuthorization: Bearer x\r\nHost: b\r\n\r\n", 200),
    .fields("empty value", "X:", 200),
    .fields("value beyond ASCII", "X: \u{e9}", 200),
    .fields("tab in a value", "X: a\tb", 200),
    .fields("99 fields besides Host", (1...99).map { "X\($0): y" }.joined(separator: "\r\n"), 200),
    .fields("upgrade to h2c", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA", 200),
    .line("target of 8 KiB", "GET /first?\(String(repeating: "a", count: 8185)) HTTP/1.1", 200),
    .line("URL", "GET http://elsewhere.example:8000/first HTTP/1.1", 200),
    .line("URL in capitals", "GET HTTPS://elsewhere.example/first HTTP/1.1", 200),
    .line("URL with a query only", "GET http://elsewhere.example?a=b HTTP/1.1", 200),
    Vector("host with a port", "GET /first HTTP/1.1\r\nHost: a:8000\r\n\r\n", 200),
    Vector("host with an empty port", "GET /first HTTP/1.1\r\nHost: a:\r\n\r\n", 200),
    Vector("host that is an IPv6 address", "GET /first HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n", 200),
    .line("the server itself", "OPTIONS * HTTP/1.1", 200),
    .post("GET-like body", "Content-Length: 65536", String(repeating: "a", count: 65_536), 200),
    Vector("body of a GET", "GET /first HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 200),
    Vector("body of a DELETE", "DELETE /first HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 200),
    .post("expectation after the fact", "Content-Length: 5\r\nExpect: 100-Continue", "hello", 200),
    Vector("HTTP/1.0 that stays", "GET /first HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", 200),
]
