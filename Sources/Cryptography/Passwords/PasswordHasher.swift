/// How new passwords are hashed.
package enum PasswordHashKind: Sendable, Equatable {
    /// The cost is the logarithm of the rounds, 4…16; under 10 is for tests.
    case bcrypt(cost: Int)

    /// 19 MiB, 2 passes, 1 lane.
    case argon2id
}

/// Hashes and verifies passwords on the threads of a pool.
///
/// New hashes are of one kind; every kind that it knows verifies: bcrypt (`$2a$`, `$2b$`, `$2y$`) and argon2id. A
/// password is taken in its canonical composition, so it does not matter which keyboard it was typed on.
package struct PasswordHasher: Sendable {
    package let kind: PasswordHashKind
    private let pool: HashPool

    package init(kind: PasswordHashKind, pool: HashPool) {
        if case .bcrypt(let cost) = kind { precondition(Bcrypt.costs.contains(cost), "bcrypt's cost is 4…16") }
        self.kind = kind
        self.pool = pool
    }

    /// Whether a password that came now would be refused: to be asked before anything is done that costs.
    package var isBusy: Bool { pool.isFull }

    /// - Throws: `HashQueueFull` when too many wait already, or there is no memory for another.
    package func hash(_ password: String) async throws(HashQueueFull) -> String {
        let kind = kind
        let hash = try await pool.submit { () -> String? in
            let password = NormalizedPassword(password)
            switch kind {
            case .bcrypt(let cost): return Bcrypt.hash(password, cost: cost)
            case .argon2id: return Argon2id.hash(password)
            }
        }
        guard let hash else { throw HashQueueFull() }
        return hash
    }

    /// Whether the password is the one that `stored` was made of.
    ///
    /// Without a stored hash, or with one of no known kind, it does the work of hashing all the same and answers false,
    /// so that the time tells nobody which accounts there are.
    ///
    /// - Throws: `HashQueueFull` when too many wait already, or there is no memory for another.
    package func verify(_ password: String, against stored: String?) async throws(HashQueueFull) -> Bool {
        let kind = kind
        let isRight = try await pool.submit { () -> Bool? in
            let password = NormalizedPassword(password)
            if let stored, let bcrypt = Bcrypt.Stored(stored) {
                return Bcrypt.verify(password, against: bcrypt)
            }
            if let stored, let argon2id = Argon2id.Stored(stored) {
                return Argon2id.verify(password, against: argon2id)
            }
            switch kind {
            case .bcrypt(let cost): Bcrypt.decoy(password, cost: cost)
            case .argon2id: Argon2id.decoy(password)
            }
            return false
        }
        guard let isRight else { throw HashQueueFull() }
        return isRight
    }

    /// Whether `stored` is of another kind or cost than a hash made today.
    package func needsRehash(_ stored: String) -> Bool {
        switch kind {
        case .bcrypt(let cost):
            return Bcrypt.Stored(stored)?.cost != cost
        case .argon2id:
            guard let stored = Argon2id.Stored(stored) else { return true }
            return stored.parameters != Argon2id.Parameters() || !stored.hasUsualSizes
        }
    }
}
