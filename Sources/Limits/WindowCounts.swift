/// What one sender has done in its minute and its hour; sixteen bytes.
///
/// Moments are ticks of a hundredth of a second, which come round again after 497 days: what is older is long forgotten.
struct WindowCounts: Equatable {
    static let minute: UInt32 = 6000
    static let hour: UInt32 = 360_000

    private var minuteBegan: UInt32
    private var hourBegan: UInt32
    private var minuteCount: UInt32 = 0
    private var hourCount: UInt32 = 0

    static func tick(at nanoseconds: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: nanoseconds / 10_000_000)
    }

    init(beginningAt tick: UInt32) {
        minuteBegan = tick
        hourBegan = tick
    }

    var inMinute: Int { Int(minuteCount) }
    var inHour: Int { Int(hourCount) }

    mutating func note() {
        minuteCount &+= 1
        hourCount &+= 1
    }

    /// Begins anew what is over.
    mutating func renew(at tick: UInt32) {
        if Self.elapsed(from: minuteBegan, to: tick) >= Self.minute {
            minuteBegan = tick
            minuteCount = 0
        }
        if Self.elapsed(from: hourBegan, to: tick) >= Self.hour {
            hourBegan = tick
            hourCount = 0
        }
    }

    func isOver(at tick: UInt32) -> Bool {
        Self.elapsed(from: hourBegan, to: tick) >= Self.hour
    }

    func minuteWindow(of limit: Int, at tick: UInt32) -> Allowance.Window? {
        Allowance.Window(limit, used: inMinute, left: Self.minute - Self.elapsed(from: minuteBegan, to: tick))
    }

    func hourWindow(of limit: Int, at tick: UInt32) -> Allowance.Window? {
        Allowance.Window(limit, used: inHour, left: Self.hour - Self.elapsed(from: hourBegan, to: tick))
    }

    /// Loops look at the clock at slightly different times: what began a moment from now began now.
    private static func elapsed(from start: UInt32, to tick: UInt32) -> UInt32 {
        let ticks = tick &- start
        return ticks > .max - minute ? 0 : ticks
    }
}

extension Allowance.Window {
    fileprivate init?(_ limit: Int, used: Int, left ticks: UInt32) {
        guard limit > 0 else { return nil }
        self.init(limit: limit, remaining: max(0, limit - used), secondsToReset: (Int(ticks) + 99) / 100)
    }
}
