import CCurl

extension Delivery {
    static let cancelled = Delivery.temporaryFailure(reason: "the sending was cancelled")

    /// What kept us from speaking about the mail at all; `reply` is the server's last code, 0 if it gave none.
    static func trouble(_ result: CURLcode, reply: Int = 0) -> Delivery {
        let refusal = (400...599).contains(reply) ? " (reply \(reply))" : ""
        return .temporaryFailure(reason: words(for: result) + refusal)
    }

    private static func words(for result: CURLcode) -> String {
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST: "the mail server's host is unknown"
        case CURLE_COULDNT_CONNECT: "the mail server does not accept connections"
        case CURLE_OPERATION_TIMEDOUT: "the mail server took too long"
        case CURLE_LOGIN_DENIED: "the mail server refused the user or password"
        case CURLE_USE_SSL_FAILED: "the mail server does not offer STARTTLS"
        case CURLE_PEER_FAILED_VERIFICATION: "the mail server's certificate is not trusted"
        case CURLE_SSL_CACERT_BADFILE: "the file of trusted authorities cannot be read"
        case CURLE_GOT_NOTHING: "the mail server ended the connection"
        default: "libcurl: \(String(cString: curl_easy_strerror(result)))"
        }
    }
}
