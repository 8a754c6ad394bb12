package import FoundationEssentials

/// How many rows a clean-up has deleted.
package struct CleanedUp: Sendable {
    package var sessions: Int
    package var refreshTokens: Int
    package var codes: Int
    package var logs: Int
    /// There is more to delete: ask again.
    package var hasMore: Bool

    package var total: Int { sessions + refreshTokens + codes + logs }

    package init(sessions: Int, refreshTokens: Int, codes: Int, logs: Int, hasMore: Bool) {
        self.sessions = sessions
        self.refreshTokens = refreshTokens
        self.codes = codes
        self.logs = logs
        self.hasMore = hasMore
    }

    package mutating func add(_ batch: CleanedUp) {
        sessions += batch.sessions
        refreshTokens += batch.refreshTokens
        codes += batch.codes
        logs += batch.logs
        hasMore = batch.hasMore
    }
}

/// What an organization has in one of the tables that are cleaned up.
package struct StoredRecords: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case sessions
        case refreshTokens = "refresh_tokens"
        case codes
        case logs
    }

    package let kind: Kind
    package let total: Int
    /// What a clean-up would delete.
    package let old: Int
    package let oldest: Date?

    package init(_ kind: Kind, total: Int, old: Int, oldest: Date?) {
        self.kind = kind
        self.total = total
        self.old = old
        self.oldest = oldest
    }
}
