package import Domain
import Storage

/// Sessions for contracts that know them by their numbers.
package struct NumberedSessionService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// Ends the session with a number.
    ///
    /// Who knows it, holds it. A token that comes along must be of the same person.
    ///
    /// - Throws: `AuthError.sessionNotFound`, `.sessionOfSomebodyElse`, `.tooManyRequests`, `.organizationNotBound`.
    package func end(
        _ number: SessionNumber,
        at host: HostName?,
        by caller: BoundCaller?,
        origin: Origin
    ) async throws {
        try dependencies.admit(origin, to: .endSessionByNumber)
        let ending = try await dependencies.storage.numberedSessions.end(
            number,
            of: caller?.caller.userID,
            asked: caller?.caller.sessionID,
            at: dependencies.binding(host),
            origin: origin
        )
        switch ending {
        case .ended: return
        case .unknown: throw AuthError.sessionNotFound
        case .foreign: throw AuthError.sessionOfSomebodyElse
        }
    }

    /// Opens a session without a password, for oneself or for whom one may do everything that they can.
    ///
    /// - Throws: `AuthError.missing`, `.userNotFound`, `.grantsMoreThanHeld`, `.unauthenticated`.
    package func open(
        for user: Int,
        device: String,
        lifetime: Duration,
        by caller: BoundCaller,
        origin: Origin
    ) async throws -> (session: NumberedSession, accessToken: String) {
        try await dependencies.acting(as: caller.caller, from: origin) { actor in
            try await open(for: user, device: device, lifetime: lifetime, by: .person(actor))
        }
    }

    /// The same by an organization's program, where the request's host leads to that organization.
    ///
    /// - Throws: as for a person; `AuthError.serviceKeyRefused`, `.organizationNotBound`.
    package func open(
        for user: Int,
        device: String,
        lifetime: Duration,
        by caller: ServiceCaller,
        at host: HostName?,
        origin: Origin
    ) async throws -> (session: NumberedSession, accessToken: String) {
        try await dependencies.acting(as: caller, from: origin) {
            try await open(
                for: user,
                device: device,
                lifetime: lifetime,
                by: .program(
                    caller.keyID,
                    of: caller.organizationID,
                    at: dependencies.binding(host),
                    origin: origin
                )
            )
        }
    }

    private func open(
        for user: Int,
        device: String,
        lifetime: Duration,
        by opener: SessionOpener
    ) async throws -> (session: NumberedSession, accessToken: String) {
        let new = NewSession(
            id: SessionID.make(at: dependencies.now()),
            number: SessionNumber.make(),
            lifetime: lifetime,
            refreshDigest: nil,
            reported: ReportedClient(device: device)
        )
        let times = dependencies.tokenTimes(for: lifetime)
        let (session, grant) = try await dependencies.storage.numberedSessions.open(
            new,
            for: user,
            times: times,
            by: opener
        )
        return (session, dependencies.accessToken(for: grant))
    }

    /// Has a session be what is wanted, as far as it may become that; `token` must be one of its own.
    ///
    /// - Throws: `AuthError.sessionNotFound`, `.missing`, `.sessionConflict`.
    package func update(
        to wanted: WantedSession,
        token: String,
        by caller: BoundCaller,
        origin: Origin
    ) async throws -> NumberedSession {
        let subject = try? dependencies.subject(of: Array(token.utf8)[...])
        return try await dependencies.acting(as: caller.caller, from: origin) { actor in
            try await dependencies.storage.numberedSessions.update(
                to: wanted,
                tokenSession: subject?.sessionID,
                by: actor
            )
        }
    }

    /// Ends the session of a token, which must be the caller's person's; answers how many have ended by that.
    ///
    /// - Throws: `AuthError.sessionNotFound` for what is no token, `.sessionOfSomebodyElse`.
    package func end(tokenOf token: String, by caller: BoundCaller, origin: Origin) async throws -> Int {
        let subject = try await own(token, caller, origin)
        let ended = try await dependencies.storage.sessions.end(
            subject.sessionID,
            of: subject.userID,
            because: .logout,
            in: caller.caller.organizationID,
            origin: origin
        )
        return ended ? 1 : 0
    }

    /// - Throws: `AuthError.sessionNotFound` for what is no token, `.sessionOfSomebodyElse`.
    package func requireOwn(_ token: String, _ caller: BoundCaller, origin: Origin) async throws {
        _ = try await own(token, caller, origin)
    }

    private func own(_ token: String, _ caller: BoundCaller, _ origin: Origin) async throws -> TokenSubject {
        guard let subject = try? dependencies.subject(of: Array(token.utf8)[...]) else {
            throw AuthError.sessionNotFound
        }
        try await dependencies.requireSame(subject.userID, as: caller.caller, from: origin)
        return subject
    }
}
