import Reactor

extension Listener {
    /// Looks after the deadlines of all connections twice a second, which is cheaper than a timer for each.
    func scheduleSweep() {
        guard sweeping == nil else { return }
        sweeping = loop.schedule(after: .milliseconds(500)) { [self] in sweep() }
    }

    private func sweep() {
        sweeping = nil
        let now = Instant.now()
        // From the end: what is closed leaves its place to one that has been looked after.
        for index in connections.indices.reversed() where index < connections.count {
            let connection = connections[index]
            switch connection.state.consequence(at: now) {
            case .refuse(let refusal): refuse(connection, refusal)
            case .close: close(connection)
            case nil: break
            }
        }
        if !connections.isEmpty { scheduleSweep() }
    }

    // MARK: - Draining

    func beginDraining() {
        guard !isDraining else { return }
        // Whoever has got as far as the kernel's queue is let in, since closing the socket would cut them off.
        accept(atMost: 4096)
        isDraining = true
        acceptance?.cancel()
        acceptance = nil
        socket = nil
        let now = Instant.now()
        for index in connections.indices.reversed() where index < connections.count {
            let connection = connections[index]
            // A request may have come that nobody has looked at yet.
            if connection.state.phase == .idle { react(to: .readable, of: connection) }
            if connection.state.drain(at: now) == .close { close(connection) }
        }
        wakeWaitersIfDrained()
    }

    func closeAll() {
        while let connection = connections.last { close(connection) }
    }

    func wakeWaitersIfDrained() {
        guard isDraining, connections.isEmpty else { return }
        // The loop would keep the listener for as long as a timer of it is to come.
        sweeping?.cancel()
        pause?.cancel()
        for waiter in waiters { waiter.resume() }
        waiters.removeAll()
    }
}
