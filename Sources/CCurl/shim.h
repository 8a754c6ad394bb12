#pragma once
#include <curl/curl.h>

// Swift calls no variadic function of C, and libcurl's options are all set and read through three of them. Each shim
// below is one such function with the one type of argument that its name says.

/// `curl_easy_setopt` for CURLOPTTYPE_LONG and CURLOPTTYPE_VALUES.
static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

/// `curl_easy_setopt` for CURLOPTTYPE_STRINGPOINT; libcurl copies the text.
static inline CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

/// `CURLOPT_CLOSESOCKETFUNCTION` and its argument.
static inline CURLcode ccurl_set_closer(CURL *easy, curl_closesocket_callback closer, void *argument) {
    CURLcode failure = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, closer);
    return failure ? failure : curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, argument);
}

/// `CURLINFO_RESPONSE_CODE`: the server's last reply that libcurl read itself, 0 if there was none.
static inline long ccurl_response_code(CURL *easy) {
    long code = 0;
    return curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code) ? 0 : code;
}

/// `CURLINFO_ACTIVESOCKET`: the socket of the handle's connection, or CURL_SOCKET_BAD.
static inline curl_socket_t ccurl_active_socket(CURL *easy) {
    curl_socket_t descriptor = CURL_SOCKET_BAD;
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &descriptor) ? CURL_SOCKET_BAD : descriptor;
}

/// `curl_multi_setopt` for both callbacks of the socket interface, or for neither when they are NULL.
static inline CURLMcode ccurl_multi_set_callbacks(
    CURLM *multi, curl_socket_callback socket, curl_multi_timer_callback timer, void *argument
) {
    CURLMcode failure = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket);
    if (!failure) failure = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, argument);
    if (!failure) failure = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
    return failure ? failure : curl_multi_setopt(multi, CURLMOPT_TIMERDATA, argument);
}
