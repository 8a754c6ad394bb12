@_spi(_Unicode) import Swift

/// The UTF-8 of a password's canonical composition (NFC).
///
/// Keyboards and systems spell "ñ" as one code point or as two; both are the same password. Foundation's normalisation
/// would bring ICU into the binary. The standard library has its own, public to nobody but those who ask for this SPI:
/// `_nfc`, a sequence of scalars.
struct NormalizedPassword: Sendable {
    let bytes: [UInt8]

    /// How many Unicode scalars it has.
    let scalarCount: Int

    init(_ password: String) {
        if password.utf8.allSatisfy({ $0 < 0x80 }) {
            bytes = Array(password.utf8)
            scalarCount = bytes.count
        } else {
            var composed = String.UnicodeScalarView()
            for scalar in password._nfc { composed.append(scalar) }
            bytes = Array(String(composed).utf8)
            scalarCount = composed.count
        }
    }
}
