/// What the log says about a request.
struct AccessEntry {
    let requestID: String
    let client: String
    let method: StaticString
    /// As sent, without the query: people put secrets there.
    let path: ArraySlice<UInt8>
    let status: Int
    let bodyBytes: Int
    let microseconds: Int

    /// Takes the path from a request's target.
    init(
        requestID: String,
        client: String,
        method: StaticString,
        target: ArraySlice<UInt8>,
        status: Int,
        bodyBytes: Int,
        microseconds: Int
    ) {
        self.requestID = requestID
        self.client = client
        self.method = method
        path = target.prefix { $0 != UInt8(ascii: "?") }
        self.status = status
        self.bodyBytes = bodyBytes
        self.microseconds = microseconds
    }
}
