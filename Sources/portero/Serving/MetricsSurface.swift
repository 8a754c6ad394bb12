import Cryptography
import Glibc
import HTTP

/// What a Prometheus reads, on a listener of its own: figures of the process, nothing of anybody.
struct MetricsSurface: Surface {
    let meters: [RequestMeter]
    let hashPool: HashPool

    var routes: [Route] {
        [Route(.get, "/metrics", "Figures of the process, for Prometheus", handler: metrics)]
    }

    func response(to error: any Error, for request: Request) -> Response {
        guard let refusal = error as? Unroutable else { return Problem(status: 500).response(in: .english) }
        return Problem(refusal, in: .english).response(in: .english)
    }

    private func metrics(_ request: Request) async -> Response {
        var counts = RequestMeter.Counts()
        for meter in meters { counts = counts + (await meter.counts) }
        var page = MetricsPage()
        page.begin("portero_requests_total", "counter", "Requests answered, by the class of their status.")
        for (index, count) in counts.byClass.enumerated().dropFirst() {
            page.line("portero_requests_total", "{class=\"\(index)xx\"}", "\(count)")
        }
        page.histogram("portero_request_duration_seconds", counts)
        page.begin("portero_password_hashes", "gauge", "Passwords being hashed, and waiting for it.")
        page.line("portero_password_hashes", "{state=\"running\"}", "\(hashPool.running)")
        page.line("portero_password_hashes", "{state=\"waiting\"}", "\(hashPool.waiting)")
        page.begin("process_cpu_seconds_total", "counter", "Processor time that the process has had.")
        page.line("process_cpu_seconds_total", "", seconds(microseconds: Self.processorMicroseconds))
        return Response(status: 200, contentType: .text, body: Array(page.text.utf8))
    }

    private static var processorMicroseconds: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000
            + Int(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    }
}

/// Prometheus' text format.
private struct MetricsPage {
    private(set) var text = ""

    mutating func begin(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    mutating func line(_ name: String, _ labels: String, _ value: String) {
        text += "\(name)\(labels) \(value)\n"
    }

    mutating func histogram(_ name: String, _ counts: RequestMeter.Counts) {
        begin(name, "histogram", "From a request's last byte to its answer's first.")
        var total = 0
        for (bound, count) in zip(RequestMeter.bounds, counts.byDuration) {
            total += count
            line("\(name)_bucket", "{le=\"\(seconds(microseconds: bound))\"}", "\(total)")
        }
        total += counts.byDuration[RequestMeter.bounds.count]
        line("\(name)_bucket", "{le=\"+Inf\"}", "\(total)")
        line("\(name)_sum", "", seconds(microseconds: counts.microseconds))
        line("\(name)_count", "", "\(total)")
    }
}

/// Seconds as a decimal number, without a detour through floating point.
private func seconds(microseconds: Int) -> String {
    let fraction = String(microseconds % 1_000_000)
    return "\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
}
