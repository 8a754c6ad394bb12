/// What an organization keeps about somebody who works for it.
package struct Employee: Sendable {
    package let number: Int
    package let details: EmployeeDetails

    package init(number: Int, details: EmployeeDetails) {
        self.number = number
        self.details = details
    }
}

/// The same before it has a number.
///
/// Where it is a change, nil stays as it is, and an empty text empties what may be empty: the addresses of both kinds, the
/// phone and the days.
package struct EmployeeDetails: Sendable {
    package var firstNames: String?
    package var lastNames: String?
    package var dni: String?
    package var email: String?
    package var phone: String?
    package var address: String?
    /// `YYYY-MM-DD`, as are all days here.
    package var bornOn: String?
    package var hiredOn: String?
    package var salary: Salary?
    package var status: EmployeeStatus?

    package init() {}
}

package enum EmployeeStatus: String, CaseIterable, Sendable {
    case active = "activo"
    case inactive = "inactivo"
    case onHoliday = "vacaciones"
    case onLeave = "licencia"
}

/// An amount with two decimal places, kept exactly: up to 9,999,999,999.99.
package struct Salary: Hashable, Sendable, CustomStringConvertible {
    package static let maximumCents = 999_999_999_999

    package let cents: Int

    package init?(cents: Int) {
        guard (0...Self.maximumCents).contains(cents) else { return nil }
        self.cents = cents
    }

    /// Takes digits, and at most two more after a point; neither sign nor exponent.
    package init?(decimal text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.count <= 2, (1...10).contains(whole.count) else { return nil }
        let fraction = parts.count == 2 ? Array(parts[1]) : Array("00".utf8)
        guard (1...2).contains(fraction.count) else { return nil }
        var cents = 0
        for digit in Array(whole) + fraction + (fraction.count == 1 ? [UInt8(ascii: "0")] : []) {
            guard (0x30...0x39).contains(digit) else { return nil }
            cents = cents * 10 + Int(digit - 0x30)
        }
        self.init(cents: cents)
    }

    package var description: String {
        let fraction = cents % 100
        return "\(cents / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
