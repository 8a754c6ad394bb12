/// An HTTP answer as a test looks at it.
package struct Answer: Sendable {
    package var status: Int
    /// In the order received.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of the header with this name in any case; nil without one.
    package subscript(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The answer at the front of `bytes` and how long it is; nil while it is incomplete.
    package static func parse(_ bytes: [UInt8], toHead: Bool) -> (Answer, Int)? {
        guard let headEnd = endOfHead(in: bytes) else { return nil }
        let lines = String(decoding: bytes[..<headEnd], as: UTF8.self).split(separator: "\r\n")
        guard let statusLine = lines.first, let status = Int(statusLine.dropFirst(9).prefix(3)) else { return nil }
        var answer = Answer(status: status, headers: [], body: [])
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            answer.headers.append((String(parts[0]), String(parts[1].drop { $0 == " " })))
        }
        let length = toHead ? 0 : answer["Content-Length"].flatMap { Int($0) } ?? 0
        let end = headEnd + 4 + length
        guard bytes.count >= end else { return nil }
        answer.body = Array(bytes[headEnd + 4..<end])
        return (answer, end)
    }

    /// Where the empty line begins; looked for at each line's end, since tests read thousands of answers unoptimised.
    private static func endOfHead(in bytes: [UInt8]) -> Int? {
        var start = 0
        while let end = bytes[start...].firstIndex(of: 13), end + 3 < bytes.count {
            if bytes[end + 1] == 10, bytes[end + 2] == 13, bytes[end + 3] == 10 { return end }
            start = end + 1
        }
        return nil
    }
}
