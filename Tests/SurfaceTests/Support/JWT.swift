import Foundation
import Support

/// What an access token says, read without checking it.
struct JWT {
    let header: JSONText
    let claims: JSONText

    init(_ token: String) {
        let parts = token.split(separator: ".").map { JSONText(Self.decode(String($0))) ?? .null }
        header = parts.first ?? .null
        claims = parts.count > 1 ? parts[1] : .null
    }

    var session: String? { claims["sid"]?.string }
    var organization: String? { claims["org"]?.string }

    static func decode(_ text: String) -> [UInt8] {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        let padded = standard + String(repeating: "=", count: (4 - standard.count % 4) % 4)
        return Array(Data(base64Encoded: padded) ?? Data())
    }

    static func encode(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
