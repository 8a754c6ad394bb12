import Glibc
import HTTP
import Reactor

extension Listener {
    /// Turned away at a time with an answer; who comes on top of that finds the connection closed.
    private static let turnedAwayAtOnce = 100

    func startAccepting() {
        guard let descriptor = socket?.descriptor, acceptance == nil else { return }
        acceptance = loop.watch(descriptor, for: .readable) { [self] _ in accept(atMost: 64) }
    }

    /// Lets in who waits, but not so many that those who are in have to.
    func accept(atMost count: Int) {
        for _ in 0..<count {
            guard let arrival = socket?.accept() else { return }
            switch arrival {
            case .connection(let descriptor, let peer): admit(descriptor, from: peer)
            case .nobody: return
            case .exhausted: return pauseAccepting()
            }
        }
    }

    /// Who waits would be reported again and again while no descriptor is free for them.
    private func pauseAccepting() {
        acceptance?.setInterest([])
        pause = loop.schedule(after: .milliseconds(100)) { [self] in acceptance?.setInterest(.readable) }
    }

    private func admit(_ descriptor: Int32, from peer: NetworkAddress) {
        let refusal = reasonToTurnAway(peer)
        if refusal != nil, turnedAway >= Self.turnedAwayAtOnce {
            Glibc.close(descriptor)
            return
        }
        let connection = try? Connection(
            descriptor,
            from: peer,
            isTurnedAway: refusal != nil,
            limits: configuration.limits,
            state: ConnectionState(openedAt: loop.now, patience: patience)
        )
        guard let connection else { return }
        add(connection)
        connection.watch(on: loop) { [self, unowned connection] readiness in
            react(to: readiness, of: connection)
        }
        if let refusal { refuse(connection, refusal) }
    }

    private func reasonToTurnAway(_ peer: NetworkAddress) -> Refusal? {
        if connections.count - turnedAway >= configuration.connections { return .tooManyConnections }
        let own = connectionsOfNetwork[peer.network] ?? 0
        guard own >= configuration.connectionsPerNetwork, !configuration.trustedProxies.contains(peer) else {
            return nil
        }
        return .tooManyConnectionsFromNetwork
    }

    private func add(_ connection: Connection) {
        connection.index = connections.count
        connections.append(connection)
        if connection.isTurnedAway {
            turnedAway += 1
        } else {
            connectionsOfNetwork[connection.peer.network, default: 0] += 1
        }
        scheduleSweep()
    }

    /// Closes a connection; whatever is still being done for it is done for nobody.
    func close(_ connection: Connection) {
        guard connection.state.phase != .closed else { return }
        connection.close()
        let last = connections.removeLast()
        if last !== connection {
            last.index = connection.index
            connections[connection.index] = last
        }
        if connection.isTurnedAway {
            turnedAway -= 1
        } else if let count = connectionsOfNetwork[connection.peer.network] {
            connectionsOfNetwork[connection.peer.network] = count > 1 ? count - 1 : nil
        }
        wakeWaitersIfDrained()
    }
}
