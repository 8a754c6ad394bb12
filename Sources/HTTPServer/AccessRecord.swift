package import HTTP

/// What is to be known of one answered request, for the access log and the metrics.
///
/// It is lent for the call that reports it: what a log line needs of it is copied there.
package struct AccessRecord: Sendable {
    /// Nil when the request line could not be read, or names a method that this server does not know.
    package let method: Method?
    package let status: Int
    /// Of the answer's body.
    package let bytes: Int
    /// From the request's last byte to the answer's first.
    package let microseconds: Int
    package let client: NetworkAddress
    package let id: RequestID
    private let target: ArraySlice<UInt8>

    init(
        method: Method?,
        target: ArraySlice<UInt8>,
        status: Int,
        bytes: Int,
        microseconds: Int,
        client: NetworkAddress,
        id: RequestID
    ) {
        self.method = method
        self.target = target
        self.status = status
        self.bytes = bytes
        self.microseconds = microseconds
        self.client = client
        self.id = id
    }

    /// As sent, without the query, which may hold what no log may; empty when the request line could not be read.
    package var path: String {
        String(decoding: target.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)
    }
}
