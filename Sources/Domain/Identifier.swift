package import FoundationEssentials

/// A UUID that remembers whose it is.
///
/// `UserID` and `OrganizationID` share this representation but not this type, so passing one for the other does not
/// compile.
package struct Identifier<Owner>: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UUID

    package init(rawValue: UUID) {
        self.rawValue = rawValue
    }

    /// Lowercase, as PostgreSQL prints it and as clients compare it.
    package var description: String { rawValue.uuidString.lowercased() }
}

extension Identifier {
    /// A new one: version 7 of RFC 9562, 48 bits of milliseconds and 74 random ones, so that keys made after each other
    /// stand beside each other in an index.
    package static func make(at now: Date) -> Identifier {
        let milliseconds = UInt64(max(0, now.timeIntervalSince1970 * 1000))
        let high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0..<0x1000)
        let low = UInt64.random(in: 0..<(1 << 62)) | 1 << 63
        func byte(_ word: UInt64, _ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: word >> (56 - 8 * index)) }
        return Identifier(
            rawValue: UUID(
                uuid: (
                    byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3),
                    byte(high, 4), byte(high, 5), byte(high, 6), byte(high, 7),
                    byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3),
                    byte(low, 4), byte(low, 5), byte(low, 6), byte(low, 7)
                )
            )
        )
    }
}

/// What identifiers belong to that have no type of their own; never made, only named.
package enum User {}
package enum Organization {}
package enum Role {}
package enum Session {}
package enum Code {}
package enum Mail {}
package enum AccessToken {}

package typealias UserID = Identifier<User>
package typealias OrganizationID = Identifier<Organization>
package typealias RoleID = Identifier<Role>
package typealias SessionID = Identifier<Session>
package typealias CodeID = Identifier<Code>
package typealias MailID = Identifier<Mail>
package typealias InvitationID = Identifier<Invitation>
package typealias ServiceKeyID = Identifier<ServiceKey>
package typealias AccessTokenID = Identifier<AccessToken>
