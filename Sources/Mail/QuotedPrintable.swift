/// The body's encoding (RFC 2045, section 6.7): lines stay short, and only printable ASCII and line ends leave us.
enum QuotedPrintable {
    private static let longestLine = 76
    private static let hexadecimal = Array("0123456789ABCDEF".utf8)

    /// Appends `text`, its last line ended; any of CRLF, LF and CR ends a line.
    static func encode(_ text: String, into output: inout [UInt8]) {
        let bytes = Array(text.utf8)
        var column = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                if byte == UInt8(ascii: "\r"), index < bytes.count, bytes[index] == UInt8(ascii: "\n") { index += 1 }
                endLine(&output, &column)
                continue
            }
            let isLast =
                index == bytes.count || bytes[index] == UInt8(ascii: "\n") || bytes[index] == UInt8(ascii: "\r")
            append(byte, endsLine: isLast, to: &output, &column)
        }
        if column > 0 { endLine(&output, &column) }
    }

    /// White space may stand for itself, except at the end of a line, where relays drop it.
    private static func append(_ byte: UInt8, endsLine: Bool, to output: inout [UInt8], _ column: inout Int) {
        let isBlank = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
        let isLiteral = isBlank ? !endsLine : (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "=")
        let width = isLiteral ? 1 : 3
        if column + width > (endsLine ? longestLine : longestLine - 1) {
            output.append(UInt8(ascii: "="))
            endLine(&output, &column)
        }
        if isLiteral {
            output.append(byte)
        } else {
            output.append(UInt8(ascii: "="))
            output.append(hexadecimal[Int(byte >> 4)])
            output.append(hexadecimal[Int(byte & 15)])
        }
        column += width
    }

    private static func endLine(_ output: inout [UInt8], _ column: inout Int) {
        output.append(contentsOf: "\r\n".utf8)
        column = 0
    }
}
