import COpenSSL

/// An ECDSA signature's two spellings: OpenSSL's DER, and the 64 bytes of r and s that a token carries.
///
/// With (r, s) also (r, n - s) verifies. Only the one with the smaller s is written and accepted, so that a token has
/// no second spelling.
enum P256Signature {
    static let maximumDERSize = 72

    private static let half = 32

    /// The order n of the group, and the half of it, rounded down.
    private static let order: [UInt8] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ]
    private static let halfOrder: [UInt8] = [
        0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
    ]

    /// Writes r and s to the start of `output`, which must have room for 64 bytes; false when that is no signature.
    static func write(_ der: UnsafeBufferPointer<UInt8>, to output: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        var reader = DERReader(der)
        guard reader.openSequence(), let r = reader.readInteger(), let s = reader.readInteger(), reader.isAtEnd
        else { return false }
        let smaller = isSmall(s) ? s : subtractedFromOrder(s)
        for index in 0..<half {
            output[index] = r[index]
            output[half + index] = smaller[index]
        }
        return true
    }

    /// Nil when s is not the smaller one.
    static func der(of signature: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard signature.count == 2 * half else { return nil }
        let s = Array(signature[half...])
        guard isSmall(s) else { return nil }
        let integers = integer(Array(signature[..<half])) + integer(s)
        return [0x30, UInt8(integers.count)] + integers
    }

    private static func isSmall(_ s: [UInt8]) -> Bool {
        !halfOrder.lexicographicallyPrecedes(s)
    }

    private static func subtractedFromOrder(_ s: [UInt8]) -> [UInt8] {
        var difference = [UInt8](repeating: 0, count: half)
        var borrow = 0
        for index in (0..<half).reversed() {
            let digit = Int(order[index]) - Int(s[index]) - borrow
            borrow = digit < 0 ? 1 : 0
            difference[index] = UInt8(truncatingIfNeeded: digit)
        }
        return difference
    }

    /// A positive INTEGER: no needless zeros in front, but one where the first bit would make it negative.
    private static func integer(_ bytes: [UInt8]) -> [UInt8] {
        var digits = Array(bytes.drop { $0 == 0 })
        if digits.first.map({ $0 >= 0x80 }) ?? true { digits.insert(0, at: 0) }
        return [0x02, UInt8(digits.count)] + digits
    }

    /// Reads what OpenSSL has just written: lengths under 128, two integers.
    private struct DERReader {
        private var rest: Slice<UnsafeBufferPointer<UInt8>>

        init(_ der: UnsafeBufferPointer<UInt8>) {
            rest = der[...]
        }

        var isAtEnd: Bool { rest.isEmpty }

        mutating func openSequence() -> Bool {
            guard rest.popFirst() == 0x30, let size = rest.popFirst() else { return false }
            return Int(size) == rest.count
        }

        /// 32 bytes, zeros in front.
        mutating func readInteger() -> [UInt8]? {
            guard rest.popFirst() == 0x02, let size = rest.popFirst().map(Int.init), size <= rest.count else {
                return nil
            }
            let digits = Array(rest.prefix(size).drop { $0 == 0 })
            rest.removeFirst(size)
            guard digits.count <= half else { return nil }
            return [UInt8](repeating: 0, count: half - digits.count) + digits
        }
    }
}
