import CCrypt
import COpenSSL

/// bcrypt as libxcrypt computes it, without its two traps.
///
/// bcrypt sees 72 bytes and stops at a NUL. A password that it would not see whole is hashed before, which the stored
/// hash tells by a marker. Without the marker such a password never verifies, whatever its beginning is.
enum Bcrypt {
    static let costs = 4...16
    static let marker = "$portero-hmac-sha384$"

    private static let visibleSize = 72
    private static let saltSize = 16
    private static let label = Array("portero bcrypt".utf8)

    /// A stored hash of this kind, well formed and not too costly to try.
    struct Stored {
        let text: String
        let cost: Int
        let isPrehashed: Bool

        init?(_ stored: String) {
            isPrehashed = stored.hasPrefix(Bcrypt.marker)
            text = isPrehashed ? String(stored.dropFirst(Bcrypt.marker.count)) : stored
            let bytes = Array(text.utf8)
            guard bytes.count == 60, bytes.starts(with: "$2".utf8), "aby".utf8.contains(bytes[2]),
                bytes[3] == UInt8(ascii: "$"), bytes[6] == UInt8(ascii: "$"),
                let tens = Bcrypt.digit(bytes[4]), let ones = Bcrypt.digit(bytes[5]),
                Bcrypt.costs.contains(tens * 10 + ones), bytes[7...].allSatisfy(Bcrypt.isInAlphabet)
            else { return nil }
            cost = tens * 10 + ones
        }
    }

    /// - Returns: Nil for want of memory.
    static func hash(_ password: NormalizedPassword, cost: Int) -> String? {
        let needsPrehash = !isSeenWhole(password)
        let input = needsPrehash ? prehash(password) : password.bytes
        guard let setting = newSetting(cost: cost), let hash = crypt(input, setting: setting) else { return nil }
        return (needsPrehash ? marker : "") + hash
    }

    /// - Returns: Nil for want of memory.
    static func verify(_ password: NormalizedPassword, against stored: Stored) -> Bool? {
        let canMatch = stored.isPrehashed || isSeenWhole(password)
        let input = stored.isPrehashed ? prehash(password) : password.bytes
        guard let hash = crypt(input, setting: stored.text) else { return nil }
        return constantTimeEquals(Array(hash.utf8), Array(stored.text.utf8)) && canMatch
    }

    /// The work of a verification, and nothing else.
    static func decoy(_ password: NormalizedPassword, cost: Int) {
        let setting = "$2b$" + (cost < 10 ? "0\(cost)" : "\(cost)") + "$" + String(repeating: ".", count: 22)
        _ = crypt(isSeenWhole(password) ? password.bytes : prehash(password), setting: setting)
    }

    private static func isSeenWhole(_ password: NormalizedPassword) -> Bool {
        password.bytes.count <= visibleSize && !password.bytes.contains(0)
    }

    /// 64 characters, none of them NUL.
    ///
    /// The label is no secret; it is there so that an unlabelled digest leaked elsewhere is no password here.
    private static func prehash(_ password: NormalizedPassword) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 48)
        let done = HMAC(EVP_sha384(), label, Int32(label.count), password.bytes, password.bytes.count, &code, nil)
        precondition(done != nil, "OpenSSL has no SHA-384")
        return Array(Base64URL.encode(code).utf8)
    }

    private static func newSetting(cost: Int) -> String? {
        let salt = SecureRandom.bytes(saltSize).map(CChar.init(bitPattern:))
        var output = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        guard crypt_gensalt_rn("$2b$", UInt(cost), salt, Int32(salt.count), &output, Int32(output.count)) != nil
        else { return nil }
        return text(output)
    }

    private static func crypt(_ password: [UInt8], setting: String) -> String? {
        let phrase = password.prefix(visibleSize).map(CChar.init(bitPattern:)) + [0]
        let work = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        work.initialize(to: crypt_data())
        defer {
            OPENSSL_cleanse(work, MemoryLayout<crypt_data>.size)
            work.deallocate()
        }
        guard let hash = crypt_rn(phrase, setting, work, Int32(MemoryLayout<crypt_data>.size)) else { return nil }
        return String(cString: hash)
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
    }

    private static func isInAlphabet(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
