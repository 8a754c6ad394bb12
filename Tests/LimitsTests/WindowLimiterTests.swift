import Limits
import Synchronization
import Testing

@Suite("Windows of a minute and an hour")
struct WindowLimiterTests {
    private static let second: Int64 = 1_000_000_000

    private func admitted(_ limiter: WindowLimiter, _ key: Int, _ times: Int, at now: Int64) -> Int {
        (0..<times).reduce(0) { count, _ in count + (limiter.count(key, at: now).isAdmitted ? 1 : 0) }
    }

    @Test("A minute lets through its allowance and not one more, until it is over")
    func minute() {
        let limiter = WindowLimiter(perMinute: 100, perHour: 1000)
        #expect(admitted(limiter, 1, 150, at: 5 * Self.second) == 100)
        let refused = limiter.count(1, at: 35 * Self.second)
        #expect(!refused.isAdmitted)
        #expect(refused.retryAfter == 30)
        #expect(refused.minute?.remaining == 0 && refused.minute?.secondsToReset == 30)
        #expect(refused.hour?.remaining == 900 && refused.hour?.secondsToReset == 3570)
        #expect(!limiter.count(1, at: 64 * Self.second).isAdmitted)
        #expect(admitted(limiter, 1, 150, at: 65 * Self.second) == 100)
    }

    @Test("An hour lets through its allowance over many minutes; what was refused costs nothing")
    func hour() {
        let limiter = WindowLimiter(perMinute: 100, perHour: 1000)
        let total = (0..<20).reduce(0) { $0 + admitted(limiter, 1, 300, at: Int64($1) * 60 * Self.second) }
        #expect(total == 1000)
        let refused = limiter.count(1, at: 1300 * Self.second)
        #expect(refused.retryAfter == 2300)
        #expect(limiter.count(1, at: 3600 * Self.second).isAdmitted)
    }

    @Test("0 turns a window off")
    func off() {
        #expect(admitted(WindowLimiter(perMinute: 0, perHour: 0), 1, 5000, at: 0) == 5000)
        #expect(admitted(WindowLimiter(perMinute: 0, perHour: 7), 1, 100, at: 0) == 7)
        #expect(WindowLimiter(perMinute: 0, perHour: 7).count(1, at: 0).minute == nil)
    }

    @Test("Clocks of loops that differ a little begin no new window")
    func clocks() {
        let limiter = WindowLimiter(perMinute: 2, perHour: 0)
        #expect(limiter.count(1, at: 10 * Self.second).isAdmitted)
        #expect(limiter.count(1, at: 10 * Self.second - 30_000_000).isAdmitted)
        let refused = limiter.count(1, at: 10 * Self.second - 30_000_000)
        #expect(!refused.isAdmitted && refused.retryAfter == 60)
    }

    @Test("Who comes again after months begins anew", arguments: [1, 100, 249, 300, 400, 496])
    func months(_ days: Int64) {
        let limiter = WindowLimiter(perMinute: 2, perHour: 3)
        #expect(admitted(limiter, 1, 5, at: 0) == 2)
        #expect(admitted(limiter, 1, 5, at: days * 86_400 * Self.second) == 2)
    }

    @Test("Threads together get exactly the allowance")
    func threads() async {
        let limiter = WindowLimiter(perMinute: 100, perHour: 1000)
        let passed = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<64 { group.addTask { admitted(limiter, 1, 50, at: 1) } }
            return await group.reduce(0, +)
        }
        #expect(passed == 100)
    }

    @Test("However many senders come, those that are remembered are bounded, and nobody over the limit starts afresh")
    func bounded() {
        let limiter = WindowLimiter(perMinute: 3, perHour: 100, capacity: 4096)
        #expect(admitted(limiter, -1, 10, at: 0) == 3)
        for key in 0..<20_000 { _ = limiter.count(key, at: Self.second) }
        #expect(limiter.count <= 4096 * 9 / 8 + 64 * 64)
        #expect(!limiter.count(-1, at: 2 * Self.second).isAdmitted)
        // An hour later they are forgotten, and newcomers have room of their own again.
        let later = 3700 * Self.second
        let newcomers = (100_000..<102_000).filter { admitted(limiter, $0, 3, at: later) == 3 }
        #expect(newcomers.count == 2000)
    }

    @Test("Who went over the limit on a shared place is over it on one of their own, once there is room")
    func noFreshStart() throws {
        let limiter = WindowLimiter(perMinute: 0, perHour: 100, capacity: 512)
        for key in 0..<3000 { _ = limiter.count(key, at: 0) }
        // One whose shared place nobody has used yet, so that its hour begins now.
        let half = 1800 * Self.second
        let offender = try #require((1...200).first { admitted(limiter, -$0, 150, at: half) == 100 })
        let later = 3601 * Self.second
        #expect(!limiter.count(-offender, at: later).isAdmitted)
        #expect(admitted(limiter, -offender, 150, at: half + 3600 * Self.second) == 100)
    }

    @Test("Two million senders take no more than 64 MiB, and whoever was over the limit before them still is")
    func millions() {
        let limiter = WindowLimiter(perMinute: 100, perHour: 1000)
        #expect(admitted(limiter, -1, 150, at: Self.second) == 100)
        for key in 0..<1_000_000 { _ = limiter.count(key, at: Self.second) }
        #expect(limiter.count >= 990_000)
        #expect(limiter.footprint <= 64 << 20, "\(limiter.footprint) bytes")
        for key in 1_000_000..<2_000_000 { _ = limiter.count(key, at: 2 * Self.second) }
        #expect(limiter.count <= (1 << 20) * 9 / 8 + 64 * 64)
        #expect(limiter.footprint <= 64 << 20, "\(limiter.footprint) bytes")
        #expect(!limiter.count(-1, at: 3 * Self.second).isAdmitted)
    }
}
