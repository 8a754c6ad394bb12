/// Bytes that have been received and not been looked at, since the request before them is not answered yet.
struct UnreadBytes {
    private var bytes: [UInt8] = []
    private var start = 0

    var isEmpty: Bool { start == bytes.count }

    /// Keeps what is left of the bytes received last.
    mutating func keep(_ rest: UnsafeRawBufferPointer) {
        bytes = Array(rest)
        start = 0
    }

    /// Lends what is there to `body`, which takes some of it off the front.
    mutating func consume(_ body: (inout UnsafeRawBufferPointer) -> Void) {
        // Out of reach while it is lent, so that nothing can be kept on top of it.
        let lent = bytes
        bytes = []
        let left = lent.withUnsafeBytes { all in
            var rest = UnsafeRawBufferPointer(rebasing: all[start...])
            body(&rest)
            return rest.count
        }
        if left > 0 { bytes = lent }
        start = bytes.count - left
    }
}
