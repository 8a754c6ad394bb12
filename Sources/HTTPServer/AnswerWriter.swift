import HTTP
import Reactor

/// Writes answers into one buffer, which every connection of a listener uses in turn.
struct AnswerWriter {
    /// The answer written last.
    private(set) var bytes: [UInt8] = []
    private var constantFields = ConstantFields()

    /// How an answer tells what becomes of the connection: HTTP/1.1 stays open and HTTP/1.0 does not, unless told.
    enum Persistence {
        case implied
        case close
        case keepAlive
    }

    /// Replaces what was written last; a HEAD request is told the length of what it does not get.
    mutating func write(_ response: Response, id: RequestID, isHead: Bool, _ persistence: Persistence, now: Instant) {
        constantFields.refresh(at: now)
        bytes.removeAll(keepingCapacity: bytes.capacity <= 256 * 1024)
        bytes.append("HTTP/1.1 ")
        bytes.append(decimal: response.status)
        bytes.append(" ")
        bytes.append(StatusTitle.english(response.status))
        bytes.append("\r\n")
        appendContentType(of: response)
        for header in response.headers { append(header) }
        bytes.append(contentsOf: constantFields.bytes)
        bytes.append("X-Request-Id: ")
        bytes.append(contentsOf: id.text.utf8)
        switch persistence {
        case .implied: bytes.append("\r\n")
        case .close: bytes.append("\r\nConnection: close\r\n")
        case .keepAlive: bytes.append("\r\nConnection: keep-alive\r\n")
        }
        guard response.status != 204, response.status != 304 else { return bytes.append("\r\n") }
        bytes.append("Content-Length: ")
        bytes.append(decimal: response.body.count)
        bytes.append("\r\n\r\n")
        if !isHead { bytes.append(contentsOf: response.body) }
    }

    private mutating func appendContentType(of response: Response) {
        guard response.contentType != .none else { return }
        bytes.append("Content-Type: ")
        bytes.append(response.contentType.value)
        bytes.append("\r\n")
    }

    /// A line break in a value would be another header field; values have none, and if one had, it would be a space.
    private mutating func append(_ header: Response.Header) {
        bytes.append(header.name)
        bytes.append(": ")
        for byte in header.value.utf8 { bytes.append(byte < 0x20 || byte == 0x7f ? 0x20 : byte) }
        bytes.append("\r\n")
    }
}
