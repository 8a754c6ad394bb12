/// Why bytes are not a JSON text that this server takes, and where.
package struct JSONError: Error, Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        case empty
        case unexpectedEnd
        case unexpectedByte
        case byteOrderMark
        case invalidUTF8
        case nul
        case controlCharacter
        case invalidEscape
        case unpairedSurrogate
        case invalidNumber
        case duplicateName
        case tooDeep
        case tooManyValues
        case trailingData
    }

    package let reason: Reason

    /// The offset of the byte at fault, counted from 0.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
