import Foundation
import Support

extension Site {
    /// Lets midnight (UTC) go by where it is near: for who counts days, in which the test's few seconds must not fall.
    func farFromMidnight() async throws {
        _ = try await eventually("midnight to pass", within: .seconds(90)) {
            Int(Date().timeIntervalSince1970) % 86_400 < 86_400 - 60 ? true : nil
        }
    }
}
