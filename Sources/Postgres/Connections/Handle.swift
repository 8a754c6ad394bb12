import CLibPQ

/// Owns one `PGconn`.
///
/// Not `Sendable`: it never leaves the loop that it lives on.
final class Handle {
    let pointer: OpaquePointer

    /// Begins to connect; nil when there is no memory even for that.
    init?(connectingWith parameters: [ConnectionTarget.Parameter]) {
        let names = CStrings(parameters.map(\.name))
        let values = CStrings(parameters.map(\.value))
        guard let pointer = PQconnectStartParams(names.pointers, values.pointers, 1) else { return nil }
        self.pointer = pointer
        clibpq_silence_notices(pointer)
    }

    deinit { PQfinish(pointer) }

    var isBroken: Bool { PQstatus(pointer) == CONNECTION_BAD }

    /// The host that it leads to, or tries at the moment.
    var host: String { port.isEmpty ? hostName : "\(hostName):\(port)" }
    var hostName: String { PQhost(pointer).map { String(cString: $0) } ?? "" }
    var port: String { PQport(pointer).map { String(cString: $0) } ?? "" }

    /// The last thing that went wrong, on one line.
    var lastError: String {
        guard let message = PQerrorMessage(pointer) else { return "" }
        return String(cString: message).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

/// An array of C strings that ends with a null pointer, as libpq wants it.
private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private let strings: [UnsafeMutablePointer<CChar>]

    init(_ texts: [String]) {
        strings = texts.map { text in
            let bytes = text.utf8CString
            let string = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            for (index, byte) in bytes.enumerated() { (string + index).initialize(to: byte) }
            return string
        }
        pointers = .allocate(capacity: texts.count + 1)
        pointers.initialize(repeating: nil, count: texts.count + 1)
        for (index, string) in strings.enumerated() { pointers[index] = UnsafePointer(string) }
    }

    deinit {
        strings.forEach { $0.deallocate() }
        pointers.deallocate()
    }
}
