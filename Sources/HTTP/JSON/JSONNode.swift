/// One value, or one member's name, of a parsed text: where it lies in the bytes, and where the next one is.
///
/// A text is one flat array of nodes in the order of the bytes, so parsing allocates once, and a string is only made
/// when somebody reads it. An object's children are name, value, name, value and so on.
struct JSONNode: Sendable {
    enum Kind: UInt8 { case null, `false`, `true`, number, string, array, object }

    var kind: Kind

    /// A string has escapes; a number has neither fraction nor exponent.
    var isMarked = false

    /// The first byte: of a string's content, of anything else's text.
    var start: UInt32

    /// The byte after the last one.
    var end: UInt32

    /// The index of the first node that is not within this one.
    var next: UInt32

    var range: Range<Int> { Int(start)..<Int(end) }
}
