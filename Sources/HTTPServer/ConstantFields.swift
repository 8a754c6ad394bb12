import Glibc
import HTTP
import Reactor

/// The header fields that are the same on every answer, and the date, which is so for a second.
struct ConstantFields {
    /// Ready to be copied into an answer.
    private(set) var bytes: [UInt8] = []
    private var goodUntil = Instant(nanoseconds: .min)

    private static let security: StaticString = """
        X-Content-Type-Options: nosniff\r
        X-Frame-Options: DENY\r
        Referrer-Policy: no-referrer\r
        Cross-Origin-Opener-Policy: same-origin\r
        Cross-Origin-Resource-Policy: same-origin\r
        Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'\r
        Strict-Transport-Security: max-age=31536000; includeSubDomains\r
        Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r
        X-Permitted-Cross-Domain-Policies: none\r
        X-DNS-Prefetch-Control: off\r
        X-Download-Options: noopen\r
        X-XSS-Protection: 0\r
        Origin-Agent-Cluster: ?1\r
        Cache-Control: no-store\r

        """

    /// Writes the date anew once the second is over.
    mutating func refresh(at now: Instant) {
        guard now >= goodUntil else { return }
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        goodUntil = Instant(nanoseconds: now.nanoseconds &+ 1_000_000_000 &- Int64(time.tv_nsec))
        bytes.removeAll(keepingCapacity: true)
        bytes.append("Date: ")
        bytes.append(httpDate: Int(time.tv_sec))
        bytes.append("\r\n")
        bytes.append(Self.security)
    }
}

extension [UInt8] {
    /// Appends a date as RFC 9110 writes it, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// - Parameter seconds: since the beginning of 1970.
    mutating func append(httpDate seconds: Int) {
        let weekdays: [StaticString] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months: [StaticString] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let days = seconds / 86_400
        let second = seconds % 86_400
        guard seconds >= 0, let date = CivilDate(daysSinceEpoch: days) else { return append(httpDate: 0) }
        append(weekdays[days % 7])
        append(", ")
        append(twoDigits: date.day)
        append(" ")
        append(months[date.month - 1])
        append(" ")
        append(twoDigits: date.year / 100)
        append(twoDigits: date.year)
        append(" ")
        append(twoDigits: second / 3600)
        append(":")
        append(twoDigits: second / 60 % 60)
        append(":")
        append(twoDigits: second % 60)
        append(" GMT")
    }

    /// Appends the last two digits of a number.
    private mutating func append(twoDigits number: Int) {
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10 % 10))
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}
