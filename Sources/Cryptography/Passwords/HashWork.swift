/// How much hashing a verification costs, counted in units that add up.
struct HashWork: Sendable {
    /// bcrypt's rounds: a cost of 10 is 1,024 of them.
    var bcryptRounds = 0

    /// argon2id's memory in KiB, times its passes.
    var argon2idBlocks = 0

    static func bcrypt(cost: Int) -> Self { Self(bcryptRounds: 1 << cost) }

    static func argon2id(_ parameters: Argon2id.Parameters) -> Self {
        Self(argon2idBlocks: Int(parameters.memory) * Int(parameters.passes))
    }

    /// The more of either kind.
    func union(_ other: Self) -> Self {
        Self(
            bcryptRounds: max(bcryptRounds, other.bcryptRounds),
            argon2idBlocks: max(argon2idBlocks, other.argon2idBlocks)
        )
    }

    /// Does what of this has not been done yet, and nothing else.
    func spend(on password: NormalizedPassword, besides done: Self) {
        let rounds = max(0, bcryptRounds - done.bcryptRounds)
        for cost in Bcrypt.costs where rounds & (1 << cost) != 0 { Bcrypt.decoy(password, cost: cost) }
        let blocks = max(0, argon2idBlocks - done.argon2idBlocks)
        guard blocks >= Self.fewestBlocks else { return }
        let passes = max(1, blocks / Self.ordinaryMemory)
        Argon2id.decoy(password, Argon2id.Parameters(memory: UInt32(blocks / passes), passes: UInt32(passes), lanes: 1))
    }

    /// As little memory as libargon2 takes.
    private static let fewestBlocks = 8
    private static let ordinaryMemory = Int(Argon2id.Parameters().memory)
}
