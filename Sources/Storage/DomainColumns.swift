import Domain
import FoundationEssentials
import Postgres

// How domain types are bound and read. Swift asks for `@retroactive` only across packages, so these conformances live
// here, beside their only users.

extension Identifier: SQLValue {
    package static var typeOID: UInt32 { UUID.typeOID }

    package func appendBinary(to bytes: inout [UInt8]) {
        rawValue.appendBinary(to: &bytes)
    }
}

extension Identifier: ColumnValue {
    package static func accepts(typeOID: UInt32) -> Bool { UUID.accepts(typeOID: typeOID) }

    package init?(binary: UnsafeRawBufferPointer) {
        guard let uuid = UUID(binary: binary) else { return nil }
        self.init(rawValue: uuid)
    }
}

extension SessionNumber: ColumnValue {
    package static func accepts(typeOID: UInt32) -> Bool { Int.accepts(typeOID: typeOID) }

    package init?(binary: UnsafeRawBufferPointer) {
        guard let number = Int(binary: binary) else { return nil }
        self.init(number)
    }
}

extension SQL {
    /// The origin as the database's functions take it.
    static func origin(_ origin: Origin) -> SQL {
        """
        ROW(\(origin.surface.rawValue), \(origin.address)::inet, \(origin.userAgent), \(origin.requestID),
            \(origin.language.rawValue))::portero.origin
        """
    }

    /// A duration in seconds.
    static func seconds(_ duration: Duration) -> SQL {
        "make_interval(secs => \(Double(duration.components.seconds)))"
    }
}
