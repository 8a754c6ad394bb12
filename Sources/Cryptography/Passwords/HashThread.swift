import Glibc

/// A thread with a name that `top -H` shows, so that nobody takes its load for that of the loop that started it.
struct HashThread: Sendable {
    private let handle: pthread_t

    init(named name: String, _ body: @escaping @Sendable () -> Void) {
        var handle = pthread_t()
        let context = Unmanaged.passRetained(
            ThreadBody {
                nameCurrentThread(name); body()
            }
        ).toOpaque()
        let failure = pthread_create(
            &handle,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            context
        )
        precondition(failure == 0, "the kernel gives no thread: error \(failure)")
        self.handle = handle
    }

    func join() {
        pthread_join(handle, nil)
    }

    func detach() {
        pthread_detach(handle)
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

/// `pthread_setname_np` is not visible to Swift; the file does the same, and nothing is lost where there is none.
private func nameCurrentThread(_ name: String) {
    guard let file = fopen("/proc/thread-self/comm", "w") else { return }
    fputs(name, file)
    fclose(file)
}
