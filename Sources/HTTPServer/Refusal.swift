/// Why the server itself answers a request, before any handler has seen it.
///
/// The connection ends with each of them: where a request could not be read, nobody knows where the next begins.
enum Refusal: Error, CaseIterable {
    case badLine
    case badRequestLine
    case badTarget
    case badField
    case noHost
    case severalHosts
    case badHost
    case severalAuthorizations
    case severalContentTypes
    case severalContentLengths
    case badContentLength
    case badFraming
    case severalTransferEncodings
    case badTransferEncoding
    case transferEncodingInVersion1_0
    case badChunk
    case traceMethod
    case slowHead
    case slowBody
    case bodyTooLarge
    case targetTooLong
    case unknownExpectation
    case headTooLarge
    case tooManyFields
    case unknownMethod
    case unknownTransferEncoding
    case tooManyConnections
    case tooManyConnectionsFromNetwork
    case outOfMemory
    case unknownVersion

    var status: Int {
        switch self {
        case .badLine, .badRequestLine, .badTarget, .badField, .noHost, .severalHosts, .badHost,
            .severalAuthorizations, .severalContentTypes, .severalContentLengths, .badContentLength, .badFraming,
            .severalTransferEncodings, .badTransferEncoding, .transferEncodingInVersion1_0, .badChunk:
            400
        case .traceMethod: 405
        case .slowHead, .slowBody: 408
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .unknownExpectation: 417
        case .headTooLarge, .tooManyFields: 431
        case .unknownMethod, .unknownTransferEncoding: 501
        case .tooManyConnections, .tooManyConnectionsFromNetwork, .outOfMemory: 503
        case .unknownVersion: 505
        }
    }

    /// What was wrong, where, and what would be right; nothing in it needs escaping in JSON.
    var detail: StaticString {
        switch self {
        case .badLine:
            """
            A line of the head or of the trailers has a control character, a line break other than CR LF, or begins \
            with a space; lines end in CR LF, and none continues the one before it.
            """
        case .badRequestLine:
            "The first line is no request line; it is a method, a target and a version with one space between them."
        case .badTarget:
            "The request target is not acceptable; it is a path that begins with a slash, in ASCII, or an http URL."
        case .badField:
            """
            A header field is malformed; it is a name of letters, digits and hyphens, a colon directly behind it, and \
            a value.
            """
        case .noHost: "There is no Host header field; a request has exactly one."
        case .severalHosts: "There is more than one Host header field; a request has exactly one."
        case .badHost: "The Host header field is malformed; it is a name or an address, and perhaps a port."
        case .severalAuthorizations: "There is more than one Authorization header field; a request has at most one."
        case .severalContentTypes: "There is more than one Content-Type header field; a request has at most one."
        case .severalContentLengths: "There is more than one Content-Length header field; a request has at most one."
        case .badContentLength: "The Content-Length header field is malformed; it is one number in decimal digits."
        case .badFraming:
            """
            Content-Length and Transfer-Encoding are malformed or contradict each other; a request has one number as \
            its Content-Length, or the Transfer-Encoding chunked, and not both.
            """
        case .severalTransferEncodings:
            "There is more than one Transfer-Encoding header field; a request has at most one."
        case .badTransferEncoding: "The Transfer-Encoding header field does not end in chunked; it is chunked, once."
        case .transferEncodingInVersion1_0:
            "HTTP/1.0 knows no Transfer-Encoding; send a Content-Length, or use HTTP/1.1."
        case .badChunk:
            """
            A chunk of the body is malformed; it is its size in at most 16 hexadecimal digits, CR LF, that many bytes, \
            and CR LF.
            """
        case .traceMethod: "TRACE is not answered here; use another method."
        case .slowHead: "The head of the request did not arrive in time; send it at once."
        case .slowBody: "The body of the request did not arrive in time; send it at once."
        case .bodyTooLarge: "The body of the request is too large; send less."
        case .targetTooLong: "The request target is too long; shorten its path or its query."
        case .unknownExpectation: "The Expect header field asks for what is not known here; it is 100-continue."
        case .headTooLarge: "The head of the request is too large; send fewer or shorter header fields."
        case .tooManyFields: "The request has too many header fields; send fewer."
        case .unknownMethod: "The request method is not known here; methods are GET, HEAD, POST and so on, in capitals."
        case .unknownTransferEncoding:
            "The Transfer-Encoding header field names a coding not known here; it is chunked."
        case .tooManyConnections: "There are too many connections at the moment; try again later."
        case .tooManyConnectionsFromNetwork:
            "There are too many connections from this address; close some, or use them for several requests."
        case .outOfMemory: "There is not enough memory for this request at the moment; try again later."
        case .unknownVersion: "The version of HTTP is not spoken here; it is HTTP/1.1 or HTTP/1.0."
        }
    }
}
