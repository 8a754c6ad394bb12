import Synchronization

/// What every failed verification costs, whatever is stored, so that its time tells nothing.
///
/// That is the work of today's policy, and of the other kind's as soon as a hash of it was met: nobody pays for argon2id
/// where no such hash is. It never exceeds the ordinary cost of a kind, for one dear hash would then slow everybody down.
final class FailureWork: Sendable {
    private static let dearest = HashWork.bcrypt(cost: 12).union(.argon2id(Argon2id.Parameters()))

    private let today: HashWork
    private let bcryptQuarters = Atomic(0)
    private let argon2idBlocks = Atomic(0)

    init(of kind: PasswordHashKind) {
        today =
            switch kind {
            case .bcrypt(let cost): .bcrypt(cost: cost)
            case .argon2id: .argon2id(Argon2id.Parameters())
            }
    }

    /// Notes the work of a stored hash.
    func meet(_ stored: HashWork) {
        if today.bcryptQuarters == 0 {
            bcryptQuarters.max(min(stored.bcryptQuarters, Self.dearest.bcryptQuarters), ordering: .relaxed)
        }
        if today.argon2idBlocks == 0 {
            argon2idBlocks.max(min(stored.argon2idBlocks, Self.dearest.argon2idBlocks), ordering: .relaxed)
        }
    }

    func spend(on password: NormalizedPassword, besides done: HashWork) {
        let met = HashWork(
            bcryptQuarters: bcryptQuarters.load(ordering: .relaxed),
            argon2idBlocks: argon2idBlocks.load(ordering: .relaxed)
        )
        today.union(met).spend(on: password, besides: done)
    }
}
