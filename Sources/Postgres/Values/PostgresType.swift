/// The object identifiers of built-in types; the same in every PostgreSQL.
package enum PostgresType {
    package static var bool: UInt32 { 16 }
    package static var bytea: UInt32 { 17 }
    package static var name: UInt32 { 19 }
    package static var int8: UInt32 { 20 }
    package static var int2: UInt32 { 21 }
    package static var int4: UInt32 { 23 }
    package static var text: UInt32 { 25 }
    package static var json: UInt32 { 114 }
    package static var float4: UInt32 { 700 }
    package static var float8: UInt32 { 701 }
    package static var bpchar: UInt32 { 1042 }
    package static var varchar: UInt32 { 1043 }
    package static var timestamptz: UInt32 { 1184 }
    package static var uuid: UInt32 { 2950 }

    package static var nameArray: UInt32 { 1003 }
    package static var int4Array: UInt32 { 1007 }
    package static var textArray: UInt32 { 1009 }
    package static var varcharArray: UInt32 { 1015 }
    package static var int8Array: UInt32 { 1016 }
    package static var uuidArray: UInt32 { 2951 }

    /// Types made by `CREATE TYPE` or an extension: enums and `citext` travel as text.
    package static func isUserDefined(_ oid: UInt32) -> Bool { oid >= 16384 }
}
