// SQLite's C interface. `sqlite3_config` and `sqlite3_snprintf` are variadic, which Swift cannot call;
// the inline functions below are those calls with fixed arguments.
#pragma once
#include <sqlite3.h>

static inline int csqlite_config_int(int option, int value) { return sqlite3_config(option, value); }
static inline int csqlite_config(int option) { return sqlite3_config(option); }

/// SQLite's own `%.3f`, which differs from C's beyond 15 digits.
static inline char *csqlite_format_real(int size, char *buffer, double value) {
    return sqlite3_snprintf(size, buffer, "%.3f", value);
}

// The same for a SQLite that was loaded while the program runs; `function` is its address.

static inline int csqlite_config_int_by(void *function, int option, int value) {
    return ((int (*)(int, ...))function)(option, value);
}
static inline char *csqlite_format_real_by(void *function, int size, char *buffer, double value) {
    return ((char *(*)(int, char *, const char *, ...))function)(size, buffer, "%.3f", value);
}
