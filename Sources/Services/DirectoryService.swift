package import Domain
import Storage

/// The people of an organization with what it keeps about them, and its roles and live sessions.
package struct DirectoryService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// - Throws: `AuthError.missing`.
    package func people(
        _ query: ListQuery<PersonSort>,
        for caller: Caller,
        origin: Origin
    ) async throws -> ListPage<DirectoryPerson> {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try caller.require(.manageUsers)
            return try await dependencies.storage.directory.people(of: actor.organizationID, query)
        }
    }

    /// Anybody of the organization for who manages users; for others themselves alone, without salary and dni.
    ///
    /// - Throws: `AuthError.missing`, `.memberNotFound`.
    package func person(_ number: Int, for caller: Caller, origin: Origin) async throws -> DirectoryEntry {
        try await dependencies.acting(as: caller, from: origin) { actor in
            let manages = caller.permissions.contains(Permission.manageUsers.rawValue)
            let entry = try await dependencies.storage.directory.entry(
                number,
                of: actor.organizationID,
                seenBy: caller.userID,
                managing: manages
            )
            guard let entry else { throw manages ? AuthError.memberNotFound : .missing(.manageUsers) }
            return entry
        }
    }

    /// Makes an account that is a member at once, and mails the code that verifies its address.
    ///
    /// - Throws: `AuthError.missing`, `.unacceptablePassword`, `.unknownRole`, `.grantsMoreThanHeld`, `.emailTaken`,
    ///   `.usernameTaken`, `.dniTaken`, `.employeeIncomplete`, `.unavailable`.
    package func create(_ person: NewPerson, by caller: Caller, origin: Origin) async throws -> DirectoryEntry {
        try await dependencies.acting(as: caller, from: origin) { actor in
            // Asked for again where it is used; here it spares a hash.
            try caller.require(.manageUsers)
            try PasswordPolicy.check(person.password, of: person.email.text, named: person.username.text)
            let names = [person.employee?.firstNames, person.employee?.lastNames].compactMap(\.self)
            return try await dependencies.storage.directory.create(
                UserID.make(at: dependencies.now()),
                person,
                passwordHash: dependencies.hash(person.password),
                fullName: FullName(names.joined(separator: " "))?.text ?? person.username.text,
                verification: dependencies.newCode(.verifyEmail),
                by: actor
            )
        }
    }

    /// - Throws: `AuthError.missing`, `.memberNotFound`, `.unknownRole`, `.grantsMoreThanHeld`, `.lastAdmin`,
    ///   `.emailTaken`, `.usernameTaken`, `.usernameIsAddress`, `.accountShared`, `.dniTaken`, `.employeeIncomplete`.
    package func change(
        _ number: Int,
        _ change: PersonChange,
        by caller: Caller,
        origin: Origin
    ) async throws -> DirectoryEntry {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try await dependencies.storage.directory.change(
                number,
                change,
                verification: dependencies.newCode(.verifyEmail),
                by: actor
            )
        }
    }

    /// Ends a membership, and the account where it was its only one.
    ///
    /// - Throws: `AuthError.missing`, `.memberNotFound`, `.grantsMoreThanHeld`, `.ownAccount`, `.lastAdmin`.
    package func delete(_ number: Int, by caller: Caller, origin: Origin) async throws {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try await dependencies.storage.directory.delete(number, by: actor)
        }
    }

    /// Roles; those built in are looked for and sorted by what the contract calls them.
    package func roles(
        _ query: ListQuery<RoleSort>,
        words: [BuiltInRole: String],
        for caller: Caller
    ) async throws -> [DirectoryRole] {
        guard let organization = caller.organizationID else { throw AuthError.organizationNotFound }
        return try await dependencies.storage.directory.roles(of: organization, query, words: words)
    }

    /// - Throws: `AuthError.roleNotFound`, also where it is another organization's.
    package func role(_ number: Int, for caller: Caller) async throws -> DirectoryRole {
        guard let organization = caller.organizationID else { throw AuthError.organizationNotFound }
        let one = ListQuery(search: nil, sort: RoleSort.number, isDescending: false, limit: 1, offset: 0)
        guard let role = try await dependencies.storage.directory.roles(of: organization, only: number, one).first
        else {
            throw AuthError.roleNotFound
        }
        return role
    }

    /// What a role is that somebody was just said to have in the organization that the request belongs to.
    ///
    /// - Throws: `AuthError.roleNotFound`.
    package func role(_ number: Int, at host: HostName?) async throws -> DirectoryRole {
        guard let role = try await dependencies.storage.directory.role(number, at: dependencies.binding(host)) else {
            throw AuthError.roleNotFound
        }
        return role
    }

    /// The live sessions; only who manages users finds any by a dni.
    ///
    /// - Throws: `AuthError.missing`.
    package func openSessions(
        _ query: ListQuery<OpenSessionSort>,
        for caller: Caller,
        origin: Origin
    ) async throws -> ListPage<OpenSession> {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try caller.require(.manageSessions)
            return try await dependencies.storage.directory.openSessions(
                of: actor.organizationID,
                managing: caller.permissions.contains(Permission.manageUsers.rawValue),
                query
            )
        }
    }
}
