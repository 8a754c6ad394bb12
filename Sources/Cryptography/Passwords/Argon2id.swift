import CArgon2

/// argon2id (RFC 9106) as libargon2 computes it, in its encoded form.
enum Argon2id {
    /// What a hash costs; memory in KiB.
    struct Parameters: Equatable {
        var memory: UInt32 = 19_456
        var passes: UInt32 = 2
        var lanes: UInt32 = 1
    }

    private static let saltSize = 16
    private static let outputSize = 32

    /// A stored hash of this kind, not too costly to try.
    struct Stored {
        let text: String
        let parameters: Parameters

        /// Whether it has the sizes that `hash` gives.
        let hasUsualSizes: Bool

        /// Takes `$argon2id$v=19$m=…,t=…,p=…$salt$output`; libargon2 checks the base64 of the last two.
        init?(_ stored: String) {
            let fields = stored.split(separator: "$", omittingEmptySubsequences: false)
            guard fields.count == 6, fields[0].isEmpty, fields[1] == "argon2id", fields[2] == "v=19",
                !stored.utf8.contains(0), stored.utf8.count <= 512
            else { return nil }
            let costs = fields[3].split(separator: ",", omittingEmptySubsequences: false)
            guard costs.count == 3,
                let memory = Argon2id.number(costs[0], named: "m=", in: 8...262_144),
                let passes = Argon2id.number(costs[1], named: "t=", in: 1...16),
                let lanes = Argon2id.number(costs[2], named: "p=", in: 1...4)
            else { return nil }
            text = stored
            parameters = Parameters(memory: memory, passes: passes, lanes: lanes)
            hasUsualSizes = fields[4].utf8.count == 22 && fields[5].utf8.count == 43
        }
    }

    /// - Returns: Nil for want of memory.
    static func hash(_ password: NormalizedPassword, _ parameters: Parameters = Parameters()) -> String? {
        hash(password, salt: SecureRandom.bytes(saltSize), parameters)
    }

    /// - Returns: Nil for want of memory.
    static func verify(_ password: NormalizedPassword, against stored: Stored) -> Bool? {
        let code = argon2id_verify(stored.text, password.bytes, password.bytes.count)
        return code == ARGON2_MEMORY_ALLOCATION_ERROR.rawValue ? nil : code == ARGON2_OK.rawValue
    }

    /// The work of a verification, and nothing else.
    static func decoy(_ password: NormalizedPassword, _ parameters: Parameters = Parameters()) {
        _ = hash(password, salt: [UInt8](repeating: 0, count: saltSize), parameters)
    }

    private static func hash(_ password: NormalizedPassword, salt: [UInt8], _ parameters: Parameters) -> String? {
        var output = [CChar](repeating: 0, count: 256)
        let code = argon2id_hash_encoded(
            parameters.passes,
            parameters.memory,
            parameters.lanes,
            password.bytes,
            password.bytes.count,
            salt,
            salt.count,
            outputSize,
            &output,
            output.count
        )
        guard code == ARGON2_OK.rawValue else { return nil }
        return String(decoding: output.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// A decimal without sign or leading zero, as libargon2 writes and reads it.
    private static func number(_ field: Substring, named name: String, in range: ClosedRange<UInt32>) -> UInt32? {
        guard field.hasPrefix(name) else { return nil }
        let digits = field.dropFirst(name.count)
        guard let number = UInt32(digits), String(number) == digits, range.contains(number) else { return nil }
        return number
    }
}
