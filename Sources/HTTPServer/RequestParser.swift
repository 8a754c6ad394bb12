import CHTTPParser
import HTTP

/// Reads one request after the other from the bytes of a connection.
///
/// Owns the C parser; what it hands out is copied into Swift's memory.
struct RequestParser: ~Copyable {
    private let parser: OpaquePointer

    /// - Throws: `Refusal.outOfMemory`.
    init(limits: ServerConfiguration.Limits) throws(Refusal) {
        let limits = http_limits(
            head: UInt32(clamping: limits.head),
            target: UInt32(clamping: limits.target),
            fields: UInt32(clamping: limits.fields),
            body: UInt32(clamping: limits.body)
        )
        guard let parser = http_parser_create(limits) else { throw .outOfMemory }
        self.parser = parser
    }

    deinit { http_parser_destroy(parser) }

    enum Progress {
        case needsMore
        case head
        case request
    }

    /// Takes bytes off the front of `bytes`, up to the end of the head or of the request, whichever comes first.
    func feed(_ bytes: inout UnsafeRawBufferPointer) throws(Refusal) -> Progress {
        var consumed = 0
        let outcome = http_parser_feed(
            parser,
            bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
            bytes.count,
            &consumed
        )
        bytes = UnsafeRawBufferPointer(rebasing: bytes[consumed...])
        switch outcome {
        case http_needs_more: return .needsMore
        case http_has_head: return .head
        case http_complete: return .request
        default: throw Refusal(outcome)
        }
    }

    /// Whether a request has begun to arrive.
    var hasBegun: Bool { http_parser_has_begun(parser) }

    /// Whether the request goes on after its head.
    var awaitsBody: Bool { http_parser_awaits_body(parser) }

    /// Makes ready for the next request.
    func reset() {
        http_parser_reset(parser)
    }

    /// Copies the head that was just read.
    func read(into head: inout ParsedHead) {
        let source = http_parser_head(parser)
        head.removeAll()
        head.text.append(contentsOf: UnsafeRawBufferPointer(start: source.text, count: source.text_count))
        head.fields.reserveCapacity(source.field_count)
        for field in UnsafeBufferPointer(start: source.fields, count: source.field_count) {
            head.fields.append(RequestHead.Field(name: ByteRange(field.name), value: ByteRange(field.value)))
        }
        head.method = ByteRange(source.method)
        head.target = ByteRange(source.target)
        head.isVersion1_0 = source.is_version_1_0
        head.keepsAlive = source.keeps_alive
        head.isChunked = source.is_chunked
        head.length = source.has_length ? source.length : nil
    }

    /// The first line of the head that is being read, as far as it has come.
    func begunLine() -> [UInt8] {
        let source = http_parser_head(parser)
        let text = UnsafeRawBufferPointer(start: source.text, count: source.text_count)
        return Array(text.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") })
    }

    /// Copies the body that was just read.
    func read(into body: inout [UInt8]) {
        var count = 0
        let bytes = http_parser_body(parser, &count)
        body.removeAll(keepingCapacity: body.capacity <= 4096)
        body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
    }
}

extension ByteRange {
    fileprivate init(_ range: http_range) {
        self.init(start: Int(range.at), count: Int(range.count))
    }
}

extension Refusal {
    fileprivate init(_ outcome: http_outcome) {
        self =
            switch outcome {
            case http_bad_line: .badLine
            case http_bad_request_line: .badRequestLine
            case http_bad_framing: .badFraming
            case http_bad_chunk: .badChunk
            case http_unknown_method: .unknownMethod
            case http_unknown_version: .unknownVersion
            case http_target_too_long: .targetTooLong
            case http_head_too_large: .headTooLarge
            case http_too_many_fields: .tooManyFields
            case http_body_too_large: .bodyTooLarge
            case http_out_of_memory: .outOfMemory
            default: .badField
            }
    }
}
