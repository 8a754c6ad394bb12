/// A request's query as sent, decoded only when asked.
package struct Query: Sendable {
    /// The bytes after the question mark, still encoded.
    package let bytes: ArraySlice<UInt8>

    package init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }
}
