/// Six digits that a person copies from a mail.
package enum OneTimeCode {
    package static let digitCount = 6

    private static let codes: UInt32 = 1_000_000

    package static func make() -> String {
        let digits = String(number())
        return String(repeating: "0", count: digitCount - digits.utf8.count) + digits
    }

    /// Every code as likely as any other: what is left over beyond a multiple of a million is drawn again.
    private static func number() -> UInt32 {
        let fair = UInt32.max / codes * codes
        while true {
            let drawn = SecureRandom.bytes(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            if drawn < fair { return drawn % codes }
        }
    }
}
