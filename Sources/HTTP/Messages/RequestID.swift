/// What a request is called in log lines, in answers and in error reports.
///
/// It is the client's own, when that is 1…128 of `[A-Za-z0-9._-]`, and one of ours otherwise.
package struct RequestID: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// The id of a request that came over no connection.
    package static let unassigned = RequestID(trusted: "none")

    /// The id a client sent, nil when it is too long, empty, or has other characters.
    package init?(_ sent: ArraySlice<UInt8>) {
        guard (1...128).contains(sent.count), sent.allSatisfy(Self.isAllowed) else { return nil }
        text = String(decoding: sent, as: UTF8.self)
    }

    fileprivate init(trusted text: String) { self.text = text }

    package var description: String { text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        byte.isASCIIDigit || byte.lowercasedASCII &- 0x61 < 26 || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}

/// Makes request ids; each event loop has its own.
///
/// They only need to differ, not to be secret: a counter from a random start, mixed by a bijection (SplitMix64), so that
/// one source never repeats itself in 2^64. Thirteen characters fit a `String` without an allocation.
package struct RequestIDSource: Sendable {
    private var state: UInt64

    package init() { state = UInt64.random(in: .min ... .max) }

    package mutating func next() -> RequestID {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        mixed ^= mixed >> 31
        let text = String(unsafeUninitializedCapacity: 13) { characters in
            for index in 0..<13 {
                let digit = UInt8(truncatingIfNeeded: mixed & 31)
                characters[index] = digit < 26 ? UInt8(ascii: "a") + digit : UInt8(ascii: "2") + digit - 26
                mixed >>= 5
            }
            return 13
        }
        return RequestID(trusted: text)
    }
}
