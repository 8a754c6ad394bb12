@_spi(_Unicode) import Swift

/// A password as somebody guesses it who does not care for accents: `Contraseña` is `Contrasena`.
///
/// zxcvbn knows words of ASCII only, so dressing a common one up would make it unknown. For judging alone: what is hashed
/// keeps its accents.
struct FoldedPassword {
    let bytes: [UInt8]

    init(_ password: String) {
        var plain = String.UnicodeScalarView()
        for scalar in password._nfd where scalar.properties.generalCategory != .nonspacingMark {
            plain.append(Self.ordinary(scalar))
        }
        bytes = Array(String(plain).utf8)
    }

    /// The ASCII that a full-width or mathematical letter, digit or sign looks like.
    private static func ordinary(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0xFF01...0xFF5E: ascii(scalar.value - 0xFEE0)
        case 0x1D400...0x1D6A3: letter((scalar.value - 0x1D400) % 52)
        case 0x1D7CE...0x1D7FF: ascii(0x30 + (scalar.value - 0x1D7CE) % 10)
        default: scalar
        }
    }

    private static func letter(_ place: UInt32) -> Unicode.Scalar {
        ascii(place < 26 ? 0x41 + place : 0x61 + place - 26)
    }

    private static func ascii(_ value: UInt32) -> Unicode.Scalar {
        Unicode.Scalar(UInt8(truncatingIfNeeded: value))
    }
}
