/// What a client says of where it is and what it is: shown in lists of sessions, believed nowhere.
package struct ReportedClient: Hashable, Sendable {
    package var address: String?
    package var userAgent: String?
    /// What people call the device.
    package var device: String?

    package init(address: String? = nil, userAgent: String? = nil, device: String? = nil) {
        self.address = address
        self.userAgent = userAgent
        self.device = device
    }
}
