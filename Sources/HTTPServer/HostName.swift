/// What may stand in a `Host` header field, or between `http://` and the path.
enum HostName {
    /// A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a colon and a port.
    static func isValid(_ text: Span<UInt8>) -> Bool {
        let end = endOfHost(text)
        guard let end, end > 0, end <= 255 else { return false }
        return end == text.count || isPort(text.extracting(end..<text.count))
    }

    private static func endOfHost(_ text: Span<UInt8>) -> Int? {
        guard let first = text.isEmpty ? nil : text[0] else { return nil }
        var end = 0
        guard first == UInt8(ascii: "[") else {
            while end < text.count, isNameCharacter(text[end]) { end += 1 }
            return end
        }
        end = 1
        while end < text.count, isAddressCharacter(text[end]) { end += 1 }
        guard end > 2, end < text.count, text[end] == UInt8(ascii: "]") else { return nil }
        return end + 1
    }

    private static func isPort(_ text: Span<UInt8>) -> Bool {
        guard text[0] == UInt8(ascii: ":"), text.count <= 6 else { return false }
        var port = 0
        for index in 1..<text.count {
            guard (0x30...0x39).contains(text[index]) else { return false }
            port = port * 10 + Int(text[index] - 0x30)
        }
        return port <= 65535
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isAddressCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
