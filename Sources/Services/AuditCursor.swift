import Cryptography
package import Domain
import FoundationEssentials

/// A place in the audit trail as clients keep it: 16 bytes in base64url, the microsecond and the id of a row.
package struct AuditCursor: Hashable, Sendable {
    package let position: AuditPosition

    /// The year 10000, in microseconds since 1970.
    private static let end = 253_402_300_800_000_000

    package init(_ position: AuditPosition) {
        self.position = position
    }

    /// Nil for what this server never gave.
    package init?(_ text: String) {
        guard text.utf8.count == 22, let bytes = Base64URL.decode(text), bytes.count == 16 else { return nil }
        let numbers = [bytes[..<8], bytes[8...]].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        guard numbers[0] < UInt64(Self.end), let id = Int(exactly: numbers[1]) else { return nil }
        position = AuditPosition(occurredAt: Date(timeIntervalSince1970: Double(numbers[0]) / 1_000_000), id: id)
    }

    package var text: String {
        let moment = min(max(position.occurredAt.timeIntervalSince1970 * 1_000_000, 0), Double(Self.end - 1))
        let numbers = [UInt64(moment.rounded()), UInt64(max(0, position.id))]
        return Base64URL.encode(
            numbers.flatMap { number in
                (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
            }
        )
    }
}
