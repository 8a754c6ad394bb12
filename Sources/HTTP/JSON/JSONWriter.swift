/// Writes JSON into bytes, without `Codable` and without strings in between.
///
///     var writer = JSONWriter()
///     writer.object {
///         $0.field("id", user.id)
///         $0.object("organization") { $0.field("name", organization.name) }
///         $0.strings("permissions", permissions)
///     }
///     Response(status: 200, contentType: .json, body: writer.bytes)
///
/// Names are written as they stand: they are literals, and hold no quote, backslash or control character. An optional
/// that is nil is written as `null`.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8]

    /// The next member or element has one before it.
    private var needsComma = false

    /// - Parameter buffer: storage to write into, emptied first.
    package init(reusing buffer: consuming [UInt8] = []) {
        bytes = buffer
        bytes.removeAll(keepingCapacity: true)
        bytes.reserveCapacity(512)
    }

    /// Writes the value of a document, or an element of an array.
    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        members(&self)
        close(UInt8(ascii: "}"))
    }

    package mutating func array(_ elements: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["))
        elements(&self)
        close(UInt8(ascii: "]"))
    }

    package mutating func object(_ name: StaticString, _ members: (inout JSONWriter) -> Void) {
        self.name(name)
        object(members)
    }

    package mutating func array(_ name: StaticString, _ elements: (inout JSONWriter) -> Void) {
        self.name(name)
        array(elements)
    }

    package mutating func null(_ name: StaticString) {
        self.name(name)
        appendLiteral("null")
    }

    package mutating func null() {
        separate()
        appendLiteral("null")
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    /// Writes a comma where one belongs; what follows is a value.
    mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// Writes a member's name; its value comes next, with no comma before it.
    mutating func name(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func appendLiteral(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
        needsComma = true
    }

    /// Hands the bytes to code that appends one value to them.
    mutating func appendValue(_ append: (inout [UInt8]) -> Void) {
        separate()
        append(&bytes)
    }
}
