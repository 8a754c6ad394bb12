import Glibc
import Reactor
import Support
import Synchronization
import Testing

@Suite("Event loop")
struct EventLoopTests {
    @Test("A task with the loop as its preference runs on the loop's thread, and comes back to it after every wait")
    func tasksStayOnTheirLoop() async throws {
        try await onLoop { loop in
            #expect(loop.isCurrent)
            try await loop.sleep(for: .milliseconds(1))
            #expect(loop.isCurrent)
        }
    }

    @Test("What is thrown inside reaches the caller")
    func throwsWhatItsBodyThrows() async {
        struct Planned: Error {}
        await #expect(throws: Planned.self) { try await onLoop { _ in throw Planned() } }
    }

    @Test("Timers fire in the order of their deadlines, whatever the order of their making")
    func timersFireInOrder() async throws {
        let fired = try await onLoop { loop in
            let order = Mutex<[Int]>([])
            for delay in [30, 10, 20, 10, 0] {
                loop.schedule(after: .milliseconds(delay)) { order.withLock { $0.append(delay) } }
            }
            try await loop.sleep(for: .milliseconds(60))
            return order.withLock { $0 }
        }
        #expect(fired == [0, 10, 10, 20, 30])
    }

    @Test("A cancelled timer does not fire")
    func cancelledTimersStaySilent() async throws {
        let fired = try await onLoop { loop in
            let count = Mutex(0)
            let timer = loop.schedule(after: .milliseconds(5)) { count.withLock { $0 += 1 } }
            timer.cancel()
            try await loop.sleep(for: .milliseconds(20))
            return count.withLock { $0 }
        }
        #expect(fired == 0)
    }

    @Test("A sleep ends at once when its task is cancelled")
    func cancellationEndsASleep() async throws {
        try await onLoop { loop in
            let sleeper = Task(executorPreference: loop) { try await loop.sleep(for: .seconds(3600)) }
            try await loop.sleep(for: .milliseconds(5))
            sleeper.cancel()
            await #expect(throws: CancellationError.self) { try await sleeper.value }
        }
    }

    @Test("Jobs that other threads hand in all run, on the loop")
    func jobsArriveFromOtherThreads() async throws {
        let group = LoopGroup(count: 3, named: "test")
        defer { group.stop() }
        let total = try await onLoop { home in
            await withTaskGroup(of: Int.self) { tasks in
                for index in 0..<3000 {
                    let loop = group.loops[index % 3]
                    tasks.addTask(executorPreference: loop) { loop.isCurrent ? 1 : 0 }
                }
                return await tasks.reduce(0, +)
            }
        }
        #expect(total == 3000)
    }
}

@Suite("Descriptors")
struct DescriptorTests {
    @Test("A watched descriptor reports that it can be read, until it is cancelled")
    func reportsReadability() async throws {
        let seen = try await onLoop { loop in
            var ends: [Int32] = [0, 0]
            pipe(&ends)
            let reading = ends[0]
            let count = Mutex(0)
            let source = loop.watch(reading, for: .readable) { readiness in
                #expect(readiness.contains(.readable))
                var byte: UInt8 = 0
                read(reading, &byte, 1)
                count.withLock { $0 += 1 }
            }
            for _ in 0..<3 {
                write(ends[1], "x", 1)
                try await loop.sleep(for: .milliseconds(5))
            }
            source.cancel()
            write(ends[1], "x", 1)
            try await loop.sleep(for: .milliseconds(5))
            ends.forEach { close($0) }
            return count.withLock { $0 }
        }
        #expect(seen == 3)
    }
}
