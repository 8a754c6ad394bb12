import Cryptography
import Glibc
import Synchronization
import Testing

@Suite("Hash pool")
struct HashPoolTests {
    /// Holds jobs up until it is opened, asleep: a thread that spun would keep the processor from what opens it.
    private final class Gate: Sendable {
        private let ends: (reading: Int32, writing: Int32)

        init() {
            var ends: [Int32] = [-1, -1]
            precondition(pipe(&ends) == 0)
            self.ends = (ends[0], ends[1])
        }

        deinit {
            close(ends.reading)
            close(ends.writing)
        }

        func open() { precondition(write(ends.writing, "o", 1) == 1) }

        func wait() {
            var end = pollfd(fd: ends.reading, events: Int16(POLLIN), revents: 0)
            while poll(&end, 1, -1) < 0 {}
        }
    }

    private final class Counts: Sendable {
        let atOnce = Atomic(0)
        let mostAtOnce = Atomic(0)
        let refused = Atomic(0)
    }

    @Test("While the threads are busy, of 200 submissions at once as many are taken as there are places in the queue")
    func bound() async throws {
        let pool = HashPool(threads: 2, queue: 8)
        let gate = Gate()
        let counts = Counts()
        let work: @Sendable () -> Void = {
            let running = counts.atOnce.add(1, ordering: .relaxed).newValue
            counts.mostAtOnce.max(running, ordering: .relaxed)
            gate.wait()
            counts.atOnce.subtract(1, ordering: .relaxed)
        }
        let first = (0..<2).map { _ in Task { try await pool.submit(work) } }
        // Not until `running` is 2: a thread counts as running a moment before it is at the work.
        while counts.atOnce.load(ordering: .relaxed) < 2 { await Task.yield() }
        let taken = await withTaskGroup(of: Bool.self, returning: Int.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    do throws(HashQueueFull) {
                        try await pool.submit(work)
                        return true
                    } catch {
                        counts.refused.add(1, ordering: .relaxed)
                        return false
                    }
                }
            }
            while counts.refused.load(ordering: .relaxed) + pool.waiting < 200 { await Task.yield() }
            gate.open()
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        for task in first { try await task.value }
        #expect(taken == 8)
        #expect(counts.mostAtOnce.load(ordering: .relaxed) == 2)
        #expect(pool.waiting == 0)
        #expect(pool.running == 0)
        pool.close()
    }

    @Test("The gauges tell what waits and what runs")
    func gauges() async throws {
        let pool = HashPool(threads: 1, queue: 3)
        let gate = Gate()
        let jobs = (0..<3).map { number in
            Task {
                try await pool.submit {
                    gate.wait(); return number
                }
            }
        }
        while pool.waiting < 2 || pool.running < 1 { await Task.yield() }
        #expect(pool.waiting == 2)
        #expect(pool.running == 1)
        #expect(!pool.isFull)
        let last = Task { try await pool.submit { 3 } }
        while pool.waiting < 3 { await Task.yield() }
        #expect(pool.isFull)
        gate.open()
        #expect(try await last.value == 3)
        for (number, job) in jobs.enumerated() { #expect(try await job.value == number) }
        #expect(pool.waiting == 0)
        #expect(pool.running == 0)
        pool.close()
    }

    @Test("Whoever has a result finds its place free again")
    func freedPlaces() async throws {
        let pool = HashPool(threads: 1, queue: 0)
        for number in 0..<2000 { #expect(try await pool.submit { number } == number) }
        pool.close()
    }

    @Test("Whoever has waited for longer than the pool's patience is refused when their turn comes")
    func patience() async throws {
        let pool = HashPool(threads: 1, patience: .milliseconds(10))
        let gate = Gate()
        let counts = Counts()
        let first = Task {
            // A thread that is slow to wake refuses it too.
            while true {
                let isDone = try? await pool.submit { () -> Bool in
                    counts.atOnce.store(1, ordering: .relaxed)
                    gate.wait()
                    return true
                }
                if isDone == true { return }
            }
        }
        while counts.atOnce.load(ordering: .relaxed) == 0 { await Task.yield() }
        let second = Task { try await pool.submit { 8 } }
        while pool.waiting == 0 { await Task.yield() }
        let arrival = ContinuousClock.now
        while arrival.duration(to: .now) < .milliseconds(20) { sched_yield() }
        gate.open()
        await first.value
        await #expect(throws: HashQueueFull.self) { try await second.value }
        pool.close()
    }

    @Test("A cancelled task still gets its result")
    func cancellation() async throws {
        let pool = HashPool(threads: 1)
        let gate = Gate()
        let task = Task {
            try await pool.submit {
                gate.wait(); return 7
            }
        }
        while pool.running == 0 { await Task.yield() }
        task.cancel()
        gate.open()
        #expect(try await task.value == 7)
        pool.close()
    }

    @Test("Closing does what has been taken and takes nothing more")
    func closing() async throws {
        let pool = HashPool(threads: 2, queue: 100)
        let gate = Gate()
        let jobs = (0..<50).map { number in
            Task {
                try await pool.submit {
                    gate.wait(); return number
                }
            }
        }
        while pool.waiting + pool.running < 50 { await Task.yield() }
        gate.open()
        pool.close()
        pool.close()
        #expect(pool.waiting == 0)
        for (number, job) in jobs.enumerated() { #expect(try await job.value == number) }
        await #expect(throws: HashQueueFull.self) { try await pool.submit { 1 } }
    }

    @Test("A pool that nobody closes ends its threads when it goes, even from one of them")
    func abandonment() async throws {
        let threadsBefore = threadCount()
        for _ in 0..<20 {
            let pool = HashPool(threads: 2)
            _ = try await pool.submit { withExtendedLifetime(pool) { 1 } }
        }
        for _ in 0..<10_000 where threadCount() > threadsBefore + 30 { usleep(1000) }
        #expect(threadCount() <= threadsBefore + 30, "40 threads were started; other tests have some too")
    }

    @Test("Threads have names")
    func names() async throws {
        let pool = HashPool(threads: 1)
        let name = try await pool.submit {
            var bytes = [CChar](repeating: 0, count: 16)
            guard let file = fopen("/proc/thread-self/comm", "r") else { return "" }
            defer { fclose(file) }
            guard fgets(&bytes, 16, file) != nil else { return "" }
            return String(decoding: bytes.prefix { $0 > 32 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        #expect(name == "hash-0")
        pool.close()
    }

    private func threadCount() -> Int {
        guard let folder = opendir("/proc/self/task") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count - 2
    }
}
