import Glibc
import Synchronization

/// One thread that waits for descriptors and timers and runs the jobs of Swift's tasks.
///
/// It is an executor twice over: an `actor` that names it as its `unownedExecutor` lives on it, and a task started with
/// it as its preference stays on it. What belongs to a loop is touched by its thread alone, so nothing here is locked
/// but the inbox through which other threads hand in jobs.
package final class EventLoop: SerialExecutor, TaskExecutor {
    private let thread = Atomic<UInt>(0)
    private let inbox = Mutex<[UnownedJob]>([])
    private let isStopping = Atomic<Bool>(false)
    private let wakeUp = WakeUp()
    nonisolated(unsafe) private var state = State()

    /// Touched by the loop's own thread only.
    private struct State: ~Copyable {
        var poller = Poller()
        var sources: [DescriptorSource?] = []
        var generations: [UInt32] = []
        var freeSlots: [Int] = []
        var timers = TimerQueue()
        var jobs: [UnownedJob] = []
        var now = Instant.now()
    }

    package init() {
        state.poller.add(wakeUp.descriptor, .readable, tag: WakeUp.tag)
    }

    /// Whether the calling thread is this loop's.
    package var isCurrent: Bool {
        thread.load(ordering: .relaxed) == UInt(pthread_self())
    }

    /// When the current turn of the loop began: near enough for deadlines, and free.
    package var now: Instant {
        isCurrent ? state.now : .now()
    }

    // MARK: - Executor

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            state.jobs.append(job)
            return
        }
        let isFirst = inbox.withLock { jobs in
            jobs.append(job)
            return jobs.count == 1
        }
        if isFirst { wakeUp.signal() }
    }

    package func checkIsolated() {
        precondition(isCurrent, "this belongs to another event loop")
    }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    // MARK: - Descriptors and timers, on the loop only

    /// Watches a descriptor until the source that it answers is cancelled.
    package func watch(
        _ descriptor: Int32,
        for interest: Readiness,
        _ handler: @escaping (Readiness) -> Void
    ) -> DescriptorSource {
        checkIsolated()
        let slot = state.freeSlots.popLast() ?? appendSlot()
        let source = DescriptorSource(
            descriptor: descriptor,
            slot: slot,
            loop: self,
            interest: interest,
            handler: handler
        )
        state.sources[slot] = source
        state.poller.add(descriptor, interest, tag: tag(of: slot))
        return source
    }

    /// Runs `action` on this loop once `delay` has passed, unless the timer is cancelled before.
    @discardableResult
    package func schedule(after delay: Duration, _ action: @escaping () -> Void) -> ScheduledTimer {
        checkIsolated()
        let timer = ScheduledTimer(deadline: Instant.now() + delay, action: action)
        state.timers.insert(timer)
        return timer
    }

    func changeInterest(of source: DescriptorSource, to interest: Readiness) {
        checkIsolated()
        state.poller.modify(source.descriptor, interest, tag: tag(of: source.slot))
    }

    func forget(_ source: DescriptorSource) {
        checkIsolated()
        state.poller.remove(source.descriptor)
        state.sources[source.slot] = nil
        state.generations[source.slot] &+= 1
        state.freeSlots.append(source.slot)
    }

    private func appendSlot() -> Int {
        state.sources.append(nil)
        state.generations.append(0)
        return state.sources.count - 1
    }

    /// A slot and its generation, so that an event for a descriptor that is gone reaches nobody who took its slot.
    private func tag(of slot: Int) -> UInt64 {
        UInt64(state.generations[slot]) << 32 | UInt64(slot)
    }

    // MARK: - Running

    /// Turns until `stop()`, on the calling thread, which is the loop's from now on.
    package func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        defer { thread.store(0, ordering: .relaxed) }
        while !isStopping.load(ordering: .acquiring) {
            turn()
        }
    }

    /// Makes `run()` return; callable from any thread.
    package func stop() {
        isStopping.store(true, ordering: .releasing)
        wakeUp.signal()
    }

    private func turn() {
        takeInbox()
        runJobs()
        let count = state.poller.wait(timeout: patience())
        state.now = .now()
        for index in 0..<count {
            deliver(state.poller.readiness(at: index), to: state.poller.tag(at: index))
        }
        while let timer = state.timers.popDue(at: state.now) { timer.fire() }
    }

    private func deliver(_ readiness: Readiness, to tag: UInt64) {
        guard tag != WakeUp.tag else { return wakeUp.reset() }
        let slot = Int(tag & 0xffff_ffff)
        guard state.generations[slot] == UInt32(tag >> 32), let source = state.sources[slot] else { return }
        source.report(readiness)
    }

    /// Milliseconds the loop may sleep: none while there are jobs, else until the next timer.
    private func patience() -> Int32 {
        if !state.jobs.isEmpty { return 0 }
        guard let deadline = state.timers.nextDeadline else { return -1 }
        let left = deadline.nanoseconds - Instant.now().nanoseconds
        return Int32(clamping: (max(0, left) + 999_999) / 1_000_000)
    }

    private func takeInbox() {
        inbox.withLock { jobs in
            state.jobs.append(contentsOf: jobs)
            jobs.removeAll(keepingCapacity: true)
        }
    }

    /// Runs what is queued and what that queues in turn, up to a bound: descriptors get their turn too.
    private func runJobs() {
        let taskExecutor = asUnownedTaskExecutor()
        let serialExecutor = asUnownedSerialExecutor()
        var done = 0
        while done < state.jobs.count, done < 4096 {
            state.jobs[done].runSynchronously(isolatedTo: serialExecutor, taskExecutor: taskExecutor)
            done += 1
        }
        if done == state.jobs.count {
            state.jobs.removeAll(keepingCapacity: true)
        } else {
            state.jobs.removeFirst(done)
        }
    }
}
