// Feeds the request parser what libFuzzer makes up: once in one piece, once in pieces whose sizes the input chooses. Both
// must end alike, take exactly the same bytes, and never more of them than there are.
//
//   clang++ -std=c++17 -g -O1 -fsanitize=fuzzer,address,undefined -I Sources/CHTTPParser/include \
//       Tests/Fuzzing/http_parser_fuzzer.cpp Sources/CHTTPParser/http_parser.cpp -o http_parser_fuzzer
//   ./http_parser_fuzzer -max_total_time=60 -max_len=2048 Tests/Corpora/http
#include "http_parser.h"
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {
struct End {
    http_outcome outcome;
    size_t consumed;
    std::string head, body;

    bool operator==(const End &other) const {
        // What is refused ends the connection: there it does not matter where.
        if (outcome != other.outcome) return false;
        return outcome != http_complete || (consumed == other.consumed && head == other.head && body == other.body);
    }
};

void require(bool holds) {
    if (!holds) std::abort();
}

std::string describe(const http_head &head) {
    std::string text(head.text, head.text_count);
    require(head.method.at + head.method.count <= text.size() && head.method.count > 0);
    require(head.target.at + head.target.count <= text.size() && head.target.count > 0);
    std::string all = text.substr(head.method.at, head.method.count) + text.substr(head.target.at, head.target.count);
    for (size_t i = 0; i < head.field_count; i++) {
        const auto &field = head.fields[i];
        require(field.name.at + field.name.count <= text.size() && field.name.count > 0);
        require(field.value.at + field.value.count <= text.size());
        all += text.substr(field.name.at, field.name.count) + ":" + text.substr(field.value.at, field.value.count);
    }
    return all + (head.is_chunked ? "c" : "") + (head.has_length ? std::to_string(head.length) : "");
}

End run(http_parser *parser, const uint8_t *data, size_t size, const uint8_t *sizes, size_t count) {
    End end{http_needs_more, 0, "", ""};
    size_t turn = 0;
    while (end.consumed < size || end.outcome == http_has_head) {
        size_t piece = count == 0 ? size : 1 + sizes[turn++ % count] % 64;
        if (piece > size - end.consumed) piece = size - end.consumed;
        // A copy of exactly this size, so that a step beyond it is seen.
        char *copy = static_cast<char *>(std::malloc(piece + 1));
        std::memcpy(copy, data + end.consumed, piece);
        size_t consumed = 0;
        end.outcome = http_parser_feed(parser, copy, piece, &consumed);
        std::free(copy);
        require(consumed <= piece);
        end.consumed += consumed;
        if (end.outcome == http_has_head) {
            end.head = describe(http_parser_head(parser));
            if (piece == 0) continue;
        } else if (end.outcome != http_needs_more) {
            break;
        } else {
            require(consumed == piece);
        }
    }
    size_t body = 0;
    const char *bytes = http_parser_body(parser, &body);
    end.body.assign(bytes, body);
    require(body <= 4096 || end.outcome == http_body_too_large);
    return end;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 8) return 0;
    http_parser *whole = http_parser_create({1024, 256, 8, 512});
    http_parser *pieces = http_parser_create({1024, 256, 8, 512});
    for (int round = 0; round < 2; round++) {
        const End first = run(whole, data + 8, size - 8, nullptr, 0);
        const End second = run(pieces, data + 8, size - 8, data, 8);
        require(first == second);
        http_parser_reset(whole);
        http_parser_reset(pieces);
    }
    http_parser_destroy(whole);
    http_parser_destroy(pieces);
    return 0;
}
