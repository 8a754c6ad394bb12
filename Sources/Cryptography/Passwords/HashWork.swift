/// How much hashing a verification costs, counted in units that add up.
struct HashWork: Sendable {
    /// Quarters of bcrypt's rounds, of which a cost of 10 is 1,024, with what each call takes beside them.
    var bcryptQuarters = 0

    /// argon2id's memory in KiB, times its passes.
    var argon2idBlocks = 0

    static func bcrypt(cost: Int) -> Self { Self(bcryptQuarters: 4 << cost + bcryptPreparation) }

    static func argon2id(_ parameters: Argon2id.Parameters) -> Self {
        Self(argon2idBlocks: Int(parameters.memory) * Int(parameters.passes))
    }

    /// The more of either kind.
    func union(_ other: Self) -> Self {
        Self(
            bcryptQuarters: max(bcryptQuarters, other.bcryptQuarters),
            argon2idBlocks: max(argon2idBlocks, other.argon2idBlocks)
        )
    }

    /// Does what of this has not been done yet, and nothing else.
    func spend(on password: NormalizedPassword, besides done: Self) {
        for cost in Self.bcryptCosts(worth: bcryptQuarters - done.bcryptQuarters) { Bcrypt.decoy(password, cost: cost) }
        let blocks = max(0, argon2idBlocks - done.argon2idBlocks)
        guard blocks >= Self.fewestBlocks else { return }
        let passes = max(1, blocks / Self.ordinaryMemory)
        Argon2id.decoy(password, Argon2id.Parameters(memory: UInt32(blocks / passes), passes: UInt32(passes), lanes: 1))
    }

    /// The calls of bcrypt that come nearest to so much work.
    private static func bcryptCosts(worth quarters: Int) -> [Int] {
        var (rest, costs) = (quarters, [Int]())
        for cost in Bcrypt.costs.reversed() {
            let price = bcrypt(cost: cost).bcryptQuarters
            while rest >= price {
                costs.append(cost)
                rest -= price
            }
        }
        // Halving a call costs its preparation once more.
        while rest >= bcryptPreparation, let dear = costs.lastIndex(where: { $0 > Bcrypt.costs.lowerBound }) {
            costs[dear] -= 1
            costs.append(costs[dear])
            rest -= bcryptPreparation
        }
        return costs
    }

    /// As long as two and a quarter rounds, as measured: the test of itself that libcrypt makes with every call, the salt
    /// and the output.
    private static let bcryptPreparation = 9

    /// As little memory as libargon2 takes.
    private static let fewestBlocks = 8
    private static let ordinaryMemory = Int(Argon2id.Parameters().memory)
}
