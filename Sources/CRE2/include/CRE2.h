#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled expression of RE2, whose time to match grows with the text and no faster. Threads may share one.
typedef struct slt_pattern slt_pattern;

/// Compiles UTF-8. NULL where RE2 refuses it, with its reason in `reason`, which is NUL-terminated within `capacity` bytes.
slt_pattern *slt_pattern_make(const char *text, size_t length, bool dot_matches_newlines, char *reason, size_t capacity);

void slt_pattern_free(slt_pattern *pattern);

/// Whether it matches somewhere in the text, or, if `whole`, all of it.
bool slt_pattern_matches(const slt_pattern *pattern, const char *text, size_t length, bool whole);

#ifdef __cplusplus
}
#endif
