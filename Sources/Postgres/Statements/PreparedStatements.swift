/// What one connection has prepared, by the fingerprint of the statement.
struct PreparedStatements {
    /// A statement put together from ever new fragments would fill the server's memory: beyond this, nothing is kept.
    static let limit = 1000

    private var numbers: [UInt64: Int] = [:]
    private var lastNumber = 0

    /// The number of a statement known to the server, or on its way there.
    func number(of fingerprint: UInt64) -> Int? {
        numbers[fingerprint]
    }

    /// A number for a statement to be prepared; no number is given twice, and 0 is prepared for one use only.
    mutating func add(_ fingerprint: UInt64) -> Int {
        guard numbers.count < Self.limit else { return 0 }
        lastNumber += 1
        numbers[fingerprint] = lastNumber
        return lastNumber
    }

    mutating func forget(_ fingerprint: UInt64) {
        numbers[fingerprint] = nil
    }

    mutating func forgetAll() {
        numbers.removeAll()
    }

    /// The name the server knows it by: short, so that Swift makes it without allocating.
    static func name(_ number: Int) -> String {
        number == 0 ? "" : "s\(number)"
    }
}
