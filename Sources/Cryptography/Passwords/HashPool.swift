import Glibc

/// The pool has as many jobs as it takes, or did not get to this one in time; come back later.
package struct HashQueueFull: Error {}

/// Threads of their own for what would hold an event loop up: hashing passwords.
///
/// Takes as many jobs as it has threads and places in its queue, and refuses the next one at once. So the memory that
/// hashing takes is bounded by the threads. The time that anybody waits is bounded by `patience`: a job whose turn comes
/// later than that is refused instead of done, or in a flood the threads would be busy for clients that have left.
package final class HashPool: Sendable {
    private let core: Core
    private let threads: [HashThread]

    /// - Parameters:
    ///   - threads: How many jobs run at once; as many as there are cores, unless told otherwise.
    ///   - queue: How many more may wait.
    ///   - patience: How long each of them may; nil where it does not matter.
    package init(threads: Int = HashPool.coreCount, queue: Int = 64, patience: Duration? = nil) {
        precondition(threads > 0 && queue >= 0)
        let core = Core(capacity: threads + queue, patience: patience)
        self.core = core
        self.threads = (0..<threads).map { number in HashThread(named: "hash-\(number)") { core.work() } }
    }

    /// A pool that nobody closed lets its threads end by themselves, for it may be one of them that drops it last.
    deinit {
        if core.close() { threads.forEach { $0.detach() } }
    }

    package static var coreCount: Int {
        max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// Jobs that have been taken and not begun.
    package var waiting: Int { core.gauges.waiting }

    /// Jobs that a thread is at.
    package var running: Int { core.gauges.running }

    /// Whether a job that came now would be refused.
    package var isFull: Bool { core.isFull }

    /// Runs `work` on one of the threads; a task that is cancelled meanwhile still gets its result.
    ///
    /// - Throws: `HashQueueFull` without waiting, also once the pool is closed; or after `patience`.
    package func submit<Value: Sendable>(
        _ work: @escaping @Sendable () -> Value
    ) async throws(HashQueueFull) -> Value {
        let outcome = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Value, HashQueueFull>, Never>) in
            let job: Core.Job = { isTooLate in
                guard !isTooLate else { return { continuation.resume(returning: .failure(HashQueueFull())) } }
                let value = work()
                return { continuation.resume(returning: .success(value)) }
            }
            if !core.enqueue(job) { continuation.resume(returning: .failure(HashQueueFull())) }
        }
        return try outcome.get()
    }

    /// Takes no more jobs, does those it has, and returns once its threads have ended.
    ///
    /// Blocks the calling thread, which must not be one of the pool's. Harmless the second time.
    package func close() {
        if core.close() { threads.forEach { $0.join() } }
    }
}

/// What the threads share, all of it behind one mutex; the pool may be gone before they are.
private final class Core: @unchecked Sendable {
    /// Does the work unless it is too late, and answers how to hand in its result once the thread counts as free again.
    typealias Job = @Sendable (_ isTooLate: Bool) -> @Sendable () -> Void

    private let capacity: Int
    private let patience: Duration?
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var queue: [(job: Job, since: ContinuousClock.Instant)] = []
    private var running = 0
    private var isClosed = false

    init(capacity: Int, patience: Duration?) {
        self.capacity = capacity
        self.patience = patience
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(arrival, nil)
    }

    deinit {
        pthread_cond_destroy(arrival)
        pthread_mutex_destroy(mutex)
        arrival.deallocate()
        mutex.deallocate()
    }

    var gauges: (waiting: Int, running: Int) {
        locked { (queue.count, running) }
    }

    var isFull: Bool {
        locked { isClosed || queue.count + running >= capacity }
    }

    /// False when the pool is full or closed.
    func enqueue(_ job: @escaping Job) -> Bool {
        locked {
            guard !isClosed, queue.count + running < capacity else { return false }
            queue.append((job, .now))
            pthread_cond_signal(arrival)
            return true
        }
    }

    /// False when that has been done before.
    func close() -> Bool {
        locked {
            guard !isClosed else { return false }
            isClosed = true
            pthread_cond_broadcast(arrival)
            return true
        }
    }

    /// What a thread does all its life.
    func work() {
        while let (job, since) = next() {
            let handIn = job(patience.map { since.duration(to: .now) > $0 } ?? false)
            locked { running -= 1 }
            handIn()
        }
    }

    private func next() -> (job: Job, since: ContinuousClock.Instant)? {
        locked {
            while queue.isEmpty && !isClosed { pthread_cond_wait(arrival, mutex) }
            guard !queue.isEmpty else { return nil }
            running += 1
            return queue.removeFirst()
        }
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
