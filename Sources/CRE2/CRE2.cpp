#include "CRE2.h"

#include <cstring>
#include <new>
#include <re2/re2.h>

struct slt_pattern {
    re2::RE2 expression;
    slt_pattern(re2::StringPiece text, const re2::RE2::Options &options) : expression(text, options) {}
};

static void say(const char *text, char *reason, size_t capacity) {
    if (capacity == 0) return;
    std::strncpy(reason, text, capacity - 1);
    reason[capacity - 1] = 0;
}

// Nothing may be thrown into Swift.
slt_pattern *slt_pattern_make(const char *text, size_t length, bool dot_matches_newlines, char *reason, size_t capacity) {
    try {
        re2::RE2::Options options;
        options.set_log_errors(false);
        options.set_dot_nl(dot_matches_newlines);
        auto pattern = new slt_pattern(re2::StringPiece(text, length), options);
        if (pattern->expression.ok()) return pattern;
        say(pattern->expression.error().c_str(), reason, capacity);
        delete pattern;
    } catch (...) {
        say("out of memory", reason, capacity);
    }
    return nullptr;
}

void slt_pattern_free(slt_pattern *pattern) { delete pattern; }

bool slt_pattern_matches(const slt_pattern *pattern, const char *text, size_t length, bool whole) {
    try {
        return pattern->expression.Match(re2::StringPiece(text, length), 0, length,
                                         whole ? re2::RE2::ANCHOR_BOTH : re2::RE2::UNANCHORED, nullptr, 0);
    } catch (...) {
        return false;
    }
}
