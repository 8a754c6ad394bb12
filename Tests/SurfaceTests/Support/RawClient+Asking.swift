import Support

extension RawClient {
    /// Sends a request as it is written, over a connection of its own, and answers what comes back.
    static func ask(_ port: UInt16, _ request: String, from address: String? = nil) async throws -> Answer {
        let client = try await RawClient(to: port, from: address, on: TestLoops.next())
        try await client.send(request)
        let answer = try await client.answer()
        await client.close()
        return answer
    }
}
