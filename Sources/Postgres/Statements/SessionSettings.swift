/// Settings that hold for one statement or one transaction, such as whose rows may be seen.
///
/// They travel ahead of it in the same round trip and are local to its transaction, so the connection forgets them with
/// its end, however it ends.
///
///     ["portero.organization_id": organization.text]
package struct SessionSettings: ExpressibleByDictionaryLiteral, Sendable {
    /// Nil when there is nothing to set.
    private(set) var statement: SQL?

    package init() {}

    package init(dictionaryLiteral settings: (StaticString, String)...) {
        for (name, value) in settings { set(name, to: value) }
    }

    package mutating func set(_ name: StaticString, to value: String) {
        let call: SQL = "set_config(\(BoundName(name)), \(value), true)"
        if let statement {
            self.statement = "\(statement), \(call)"
        } else {
            statement = "SELECT \(call)"
        }
    }
}

/// A name out of the source code, bound without becoming a `String` first.
private struct BoundName: SQLValue {
    let name: StaticString

    init(_ name: StaticString) {
        self.name = name
    }

    static var typeOID: UInt32 { PostgresType.text }

    func appendBinary(to bytes: inout [UInt8]) {
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }
}
