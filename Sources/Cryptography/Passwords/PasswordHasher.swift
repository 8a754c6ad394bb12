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
    private let failureWork: FailureWork

    package init(kind: PasswordHashKind, pool: HashPool) {
        if case .bcrypt(let cost) = kind { precondition(Bcrypt.costs.contains(cost), "bcrypt's cost is 4…16") }
        self.kind = kind
        self.pool = pool
        failureWork = FailureWork(of: kind)
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
    /// Every failure costs the same work, whether nothing is stored, or a hash of an older policy, or what is no hash at
    /// all: the time tells nobody which accounts there are. Only a hash that is dearer than today's shows.
    ///
    /// - Throws: `HashQueueFull` when too many wait already, or there is no memory for another.
    package func verify(_ password: String, against stored: String?) async throws(HashQueueFull) -> Bool {
        let failureWork = failureWork
        let isRight = try await pool.submit { () -> Bool? in
            let password = NormalizedPassword(password)
            var isRight: Bool? = false
            var done = HashWork()
            if let stored, let bcrypt = Bcrypt.Stored(stored) {
                isRight = Bcrypt.verify(password, against: bcrypt)
                done = .bcrypt(cost: bcrypt.cost)
            } else if let stored, let argon2id = Argon2id.Stored(stored) {
                isRight = Argon2id.verify(password, against: argon2id)
                done = .argon2id(argon2id.parameters)
            }
            failureWork.meet(done)
            if isRight == false { failureWork.spend(on: password, besides: done) }
            return isRight
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
