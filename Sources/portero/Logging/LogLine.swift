/// One line of the log while it is written, into the log's own buffer.
///
/// Names of fields come from source code; values are escaped, so that whatever they hold stays within the line.
struct LogLine {
    private(set) var buffer: [UInt8]
    private let format: LogFormat

    /// Begins a line at the end of `buffer`, which the line owns until `finish()` gives it back.
    init(in buffer: consuming [UInt8], _ format: LogFormat, _ time: Timestamp, _ level: LogLevel, _ event: StaticString)
    {
        self.buffer = buffer
        self.format = format
        switch format {
        case .text:
            time.append(to: &self.buffer)
            append(" ")
            append(level.name)
            append(" ")
            append(event)
        case .json:
            append("{\"time\":\"")
            time.append(to: &self.buffer)
            append("\",\"level\":\"")
            append(level.name)
            append("\",\"event\":\"")
            append(event)
            append("\"")
        }
    }

    /// Ends the line and gives the buffer back.
    consuming func finish() -> [UInt8] {
        append(format == .json ? "}\n" : "\n")
        return buffer
    }

    mutating func field(_ name: StaticString, _ value: Int) {
        begin(name)
        appendDecimal(value)
    }

    mutating func field(_ name: StaticString, _ value: Bool) {
        begin(name)
        append(value ? "true" : "false")
    }

    mutating func field(_ name: StaticString, _ value: StaticString) {
        begin(name)
        value.withUTF8Buffer { appendEscaped($0) }
    }

    mutating func field(_ name: StaticString, _ value: String) {
        begin(name)
        var value = value
        value.withUTF8 { appendEscaped($0) }
    }

    /// Bytes that a client sent, whatever they are.
    mutating func field(_ name: StaticString, _ value: ArraySlice<UInt8>) {
        begin(name)
        value.withUnsafeBufferPointer { appendEscaped($0) }
    }

    private mutating func begin(_ name: StaticString) {
        append(format == .json ? ",\"" : " ")
        append(name)
        append(format == .json ? "\":" : "=")
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { buffer.append(contentsOf: $0) }
    }

    private mutating func appendDecimal(_ value: Int) {
        var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
        var rest = value.magnitude
        var first = 20
        repeat {
            first -= 1
            digits[first] += UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        if value < 0 { append("-") }
        for index in first..<20 { buffer.append(digits[index]) }
    }

    /// Quotes what needs quotes: in JSON every text, else what a word would not hold.
    private mutating func appendEscaped(_ bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.count <= LogText.longest, LogText.isPlain(bytes) {
            if format == .json { append("\"") }
            buffer.append(contentsOf: bytes)
            if format == .json { append("\"") }
        } else {
            append("\"")
            LogText.appendEscaped(bytes, to: &buffer)
            append("\"")
        }
    }
}

extension LogLevel {
    fileprivate var name: StaticString {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }
}
