package import Domain
import Storage

/// A person's own sessions; in one that somebody else opened, those that were opened for them in the same organization.
package struct SessionService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    package func list(for caller: Caller) async throws -> [SessionSummary] {
        try await dependencies.storage.sessions.list(of: caller.userID, openedIn: caller.openedIn)
    }

    /// Ends the session that the caller speaks from.
    package func logout(_ caller: Caller, origin: Origin) async throws {
        // Ended by somebody else in this moment: ended all the same.
        _ = try await dependencies.storage.sessions.end(
            caller.sessionID,
            of: caller.userID,
            because: .logout,
            in: caller.organizationID,
            origin: origin
        )
    }

    /// Ends the session that another token speaks from, which must be the caller's person's.
    ///
    /// - Throws: `AuthError.sessionOfSomebodyElse`.
    package func logout(_ named: Caller, by caller: Caller, origin: Origin) async throws {
        try await dependencies.requireSame(named.userID, as: caller, from: origin)
        try await logout(named, origin: origin)
    }

    /// Ends one of the caller's sessions.
    ///
    /// - Throws: `AuthError.sessionNotFound`, also where it is somebody else's.
    package func revoke(_ session: SessionID, by caller: Caller, origin: Origin) async throws {
        let ended = try await dependencies.storage.sessions.end(
            session,
            of: caller.userID,
            openedIn: caller.openedIn,
            because: .revoked,
            in: caller.organizationID,
            origin: origin
        )
        if !ended { throw AuthError.sessionNotFound }
    }

    /// The same by its number, in the organization that the caller was looked up in.
    ///
    /// - Throws: `AuthError.sessionNotFound`, also where it is somebody else's.
    package func revoke(_ number: SessionNumber, by caller: Caller, origin: Origin) async throws {
        let own = try await list(for: caller).first { $0.number == number }
        guard let own else {
            try await dependencies.storage.audit.recordRefusal("no_such_session", of: caller.actor(from: origin))
            throw AuthError.sessionNotFound
        }
        try await revoke(own.id, by: caller, origin: origin)
    }

    /// Ends the caller's sessions, all or all others, and answers how many.
    package func logoutAll(_ caller: Caller, exceptCurrent: Bool, origin: Origin) async throws -> Int {
        try await dependencies.storage.sessions.endAll(
            of: caller.userID,
            openedIn: caller.openedIn,
            except: exceptCurrent ? caller.sessionID : nil,
            asked: caller.sessionID,
            origin: origin
        )
    }
}
