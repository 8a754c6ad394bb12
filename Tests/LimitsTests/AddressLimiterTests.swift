import Limits
import Testing

@Suite("An allowance that grows again")
struct AddressLimiterTests {
    private static let second: Int64 = 1_000_000_000

    private func limiter(_ limit: Int, capacity: Int = 1 << 20) -> AddressLimiter {
        AddressLimiter(limit: limit, period: 60 * Self.second, capacity: capacity)
    }

    private func admitted(_ limiter: AddressLimiter, _ key: Int, _ times: Int, at now: Int64) -> Int {
        (0..<times).reduce(0) { count, _ in count + (limiter.admit(key, at: now) == nil ? 1 : 0) }
    }

    @Test("The allowance passes at once, then one for each part of the period; what is refused costs nothing")
    func growsAgain() {
        let limiter = limiter(30)
        #expect(admitted(limiter, 1, 100, at: Self.second) == 30)
        #expect(limiter.admit(1, at: Self.second) == 2 * Self.second)
        #expect(admitted(limiter, 1, 100, at: 3 * Self.second - 1) == 0)
        #expect(admitted(limiter, 1, 100, at: 3 * Self.second) == 1)
        #expect(admitted(limiter, 1, 100, at: 13 * Self.second) == 5)
        #expect(admitted(limiter, 2, 100, at: 13 * Self.second) == 30)
        #expect(admitted(limiter, 1, 100, at: 600 * Self.second) == 30)
        #expect(admitted(self.limiter(0), 1, 5000, at: 0) == 5000)
    }

    @Test("Threads together get exactly the allowance")
    func threads() async {
        let limiter = limiter(100)
        let passed = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<64 { group.addTask { admitted(limiter, 1, 50, at: 1) } }
            return await group.reduce(0, +)
        }
        #expect(passed == 100)
    }

    @Test("Whoever is over the limit stays over it, however many strangers take their place")
    func overflow() {
        let limiter = limiter(100, capacity: 64)
        #expect(admitted(limiter, -1, 150, at: 0) == 100)
        #expect(admitted(limiter, -1, 150, at: 54 * Self.second) == 90)
        // A new period begins, and is full before the offender comes.
        for key in 0..<2000 { _ = limiter.admit(key, at: 60 * Self.second) }
        #expect(admitted(limiter, -1, 150, at: 60 * Self.second) <= 10)
    }
}
