import CSystem
import Glibc

/// As many event loops as asked for, each on a thread of its own.
package final class LoopGroup: Sendable {
    package let loops: [EventLoop]
    private let threads: [Thread]

    /// Starts the threads.
    package init(count: Int, named name: String) {
        loops = (0..<count).map { _ in EventLoop() }
        threads = loops.enumerated().map { index, loop in
            Thread(named: "\(name)-\(index)") { loop.run() }
        }
    }

    /// Ends every loop and waits for its thread.
    ///
    /// To be called once, from outside the group, when what lives on the loops is done.
    package func stop() {
        loops.forEach { $0.stop() }
        threads.forEach { $0.join() }
    }
}

/// A thread with a name that `top -H` shows.
package struct Thread: Sendable {
    private let handle: pthread_t

    package init(named name: String, _ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var handle = pthread_t()
        let named: @Sendable () -> Void = {
            csystem_name_thread(String(name.prefix(15)))
            body()
        }
        let box = Unmanaged.passRetained(Box(named)).toOpaque()  // taken back by the thread
        let failure = pthread_create(
            &handle,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            box
        )
        precondition(failure == 0, "the kernel gives no thread: error \(failure)")
        self.handle = handle
    }

    /// Waits for the thread's end; to be called once.
    package func join() {
        pthread_join(handle, nil)
    }

    /// Lets the thread go, whose end frees what it holds; a thread is either joined or let go.
    package func detach() {
        pthread_detach(handle)
    }
}
