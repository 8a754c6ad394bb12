package import FoundationEssentials

/// What an organization's audit trail says about the logins of some days, today included, in UTC.
package struct SecurityReport: Sendable {
    package var failedAttempts = 0
    package var successfulLogins = 0
    /// Different addresses that tried, with or without success.
    package var uniqueAddresses = 0
    /// Different accounts that were locked out.
    package var lockedAccounts = 0
    /// One for each day, the oldest first.
    package var failedByDay: [Tally] = []
    /// The ten most frequent of each.
    package var failedByAddress: [Tally] = []
    package var failedByEmail: [Tally] = []
    package var suspicions: [Suspicion] = []

    package init() {}

    /// How often something was seen: a day as `YYYY-MM-DD`, an address.
    package struct Tally: Sendable {
        package let name: String
        package let count: Int

        package init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }
}

/// Something in the audit trail that looks like an attack.
package struct Suspicion: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// A refresh token that had been used came back.
        case tokenReuse = "token_reuse"
        /// One address failed for many accounts.
        case manyAccounts = "many_accounts"
        /// An account was locked out.
        case lockout
        /// Many addresses failed for one account.
        case manyAddresses = "many_addresses"
    }

    package let kind: Kind
    package let address: String?
    package let email: String?
    package let userNumber: Int?
    /// Accounts, addresses or times, by the kind.
    package let count: Int
    package let firstSeen: Date
    package let lastSeen: Date

    package init(
        _ kind: Kind,
        address: String?,
        email: String?,
        userNumber: Int?,
        count: Int,
        firstSeen: Date,
        lastSeen: Date
    ) {
        self.kind = kind
        self.address = address
        self.email = email
        self.userNumber = userNumber
        self.count = count
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
    }
}
