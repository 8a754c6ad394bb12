import CCurl
import Reactor

/// What all mails of a transport have in common.
struct SMTPSettings: Sendable {
    let server: SMTPServer
    let certificateAuthorities: String?
    let connectTimeout: Duration
    let totalTimeout: Duration

    /// Makes the handle one that connects, greets and logs in, and goes no further.
    ///
    /// - Returns: whether libcurl took it all.
    func apply(to handle: UnsafeMutableRawPointer) -> Bool {
        let encryption = server.security == .startTLS ? CURLUSESSL_ALL : CURLUSESSL_NONE
        var results = [
            ccurl_set_text(handle, CURLOPT_URL, server.location),
            ccurl_set_text(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
            ccurl_set_text(handle, CURLOPT_PROXY, ""),  // or the environment would name one
            ccurl_set_long(handle, CURLOPT_CONNECT_ONLY, 1),
            ccurl_set_long(handle, CURLOPT_USE_SSL, Int(encryption.rawValue)),
            ccurl_set_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            ccurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1),
            ccurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2),
            ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, Int(max(1, connectTimeout.wholeNanoseconds / 1_000_000))),
            ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1),  // signals are the program's
            ccurl_set_long(handle, CURLOPT_QUICK_EXIT, 1),  // a look-up that hangs is left behind, not waited for
        ]
        if let certificateAuthorities {
            results.append(ccurl_set_text(handle, CURLOPT_CAINFO, certificateAuthorities))
        }
        if let login = server.login {
            results.append(ccurl_set_text(handle, CURLOPT_USERNAME, login.user))
            results.append(ccurl_set_text(handle, CURLOPT_PASSWORD, login.password))
        }
        return results.allSatisfy { $0 == CURLE_OK }
    }
}
