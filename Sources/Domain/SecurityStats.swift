/// How an organization stands now, and what happened in the last 24 hours.
package struct SecurityStats: Sendable {
    package let members: Int
    /// Those of them who may log in.
    package let activeMembers: Int
    package let liveSessions: Int
    package let failedLogins: Int
    package let successfulLogins: Int
    package let lockedAccounts: Int
    package let passwordResets: Int

    package init(
        members: Int,
        activeMembers: Int,
        liveSessions: Int,
        failedLogins: Int,
        successfulLogins: Int,
        lockedAccounts: Int,
        passwordResets: Int
    ) {
        self.members = members
        self.activeMembers = activeMembers
        self.liveSessions = liveSessions
        self.failedLogins = failedLogins
        self.successfulLogins = successfulLogins
        self.lockedAccounts = lockedAccounts
        self.passwordResets = passwordResets
    }
}
