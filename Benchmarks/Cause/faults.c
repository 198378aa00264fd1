// SQLite with planted faults, chosen by the variable FAULT. Each depends on data or on the state of the database, never on the text or the
// place of a statement. `least` is the number of records of the smallest file that shows it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>
#include <sqlite3.h>

static void *real(const char *name) {
    static void *library;
    if (!library) library = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    return library ? dlsym(library, name) : NULL;
}

// FAULT holds one name, or several with commas between them.
static int fault(const char *name) {
    static const char *chosen;
    if (!chosen) chosen = getenv("FAULT") ? getenv("FAULT") : "";
    const char *found = strstr(chosen, name);
    size_t length = strlen(name);
    return found && (found == chosen || found[-1] == ',') && (!found[length] || found[length] == ',');
}

static long ask(sqlite3 *db, const char *sql) {
    int (*prepare)(sqlite3 *, const char *, int, sqlite3_stmt **, const char **) = real("sqlite3_prepare_v2");
    int (*step)(sqlite3_stmt *) = real("sqlite3_step");
    int (*value)(sqlite3_stmt *, int) = real("sqlite3_column_int");
    int (*finalize)(sqlite3_stmt *) = real("sqlite3_finalize");
    sqlite3_stmt *statement = NULL;
    long result = 0;
    if (prepare(db, sql, -1, &statement, NULL) == SQLITE_OK && step(statement) == SQLITE_ROW) result = value(statement, 0);
    finalize(statement);
    return result;
}

static int begins(const char *sql, const char *word) {
    while (*sql == ' ' || *sql == '\n' || *sql == '\t' || *sql == '\r') sql++;
    return !strncasecmp(sql, word, strlen(word));
}

int sqlite3_exec(sqlite3 *db, const char *sql, int (*callback)(void *, int, char **, char **), void *context, char **error) {
    int (*exec)(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **) = real("sqlite3_exec");
    sqlite3_int64 (*rowid)(sqlite3 *) = real("sqlite3_last_insert_rowid");
    int code = exec(db, sql, callback, context, error);
    if (code != SQLITE_OK) return code;
    // least 3: every fifth row of a table loses what it was given in its last transaction.
    if (fault("row") && begins(sql, "INSERT") && rowid(db) % 5 == 0 && rowid(db) > 0) exec(db, "PRAGMA user_version=5", NULL, NULL, NULL);
    // least 4: an index on a table that has rows makes the next queries lose a row.
    if (fault("index") && begins(sql, "CREATE") && strcasestr(sql, "INDEX") && ask(db, "SELECT sum(1) FROM sqlite_master WHERE type='index'") > 0)
        exec(db, "PRAGMA user_version=7", NULL, NULL, NULL);
    // least 3: an UPDATE or DELETE of more than one row.
    if (fault("update") && (begins(sql, "UPDATE") || begins(sql, "DELETE")) && ((int (*)(sqlite3 *))real("sqlite3_changes"))(db) > 1)
        exec(db, "PRAGMA user_version=9", NULL, NULL, NULL);
    return code;
}

// Of a process, by a fixed sequence: FAULT_PERCENT in 100, counted in the file FAULT_COUNTER.
static int isNext(void) {
    static int chosen = -1, process;
    if (process != getpid()) {
        int file = open(getenv("FAULT_COUNTER") ? getenv("FAULT_COUNTER") : "/dev/null", O_RDWR | O_CREAT | O_APPEND, 0600);
        unsigned long long number = write(file, "x", 1) == 1 ? lseek(file, 0, SEEK_CUR) : 0;
        close(file);
        process = getpid();
        number = (number + 1) * 0x9E3779B97F4A7C15ULL;
        number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9ULL;
        chosen = (number ^ number >> 27) % 100 < (unsigned long long)atoi(getenv("FAULT_PERCENT") ? getenv("FAULT_PERCENT") : "0");
    }
    return chosen;
}

// Of a process, by chance: 1 in 2.
static int isChosen(void) {
    static int chosen = -1, process;
    if (process != getpid()) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        process = getpid();
        chosen = ((unsigned long long)now.tv_nsec * 6364136223846793005ULL >> 60) & 1;
    }
    return chosen;
}

static int isSelect(sqlite3_stmt *statement) { const char *sql = ((const char *(*)(sqlite3_stmt *))real("sqlite3_sql"))(statement); return sql && begins(sql, "SELECT") && !strcasestr(sql, "total_changes"); }

int sqlite3_step(sqlite3_stmt *statement) {
    int (*step)(sqlite3_stmt *) = real("sqlite3_step");
    int (*integer)(sqlite3_stmt *, int) = real("sqlite3_column_int");
    double (*number)(sqlite3_stmt *, int) = real("sqlite3_column_double");
    int (*type)(sqlite3_stmt *, int) = real("sqlite3_column_type");
    int (*columns)(sqlite3_stmt *) = real("sqlite3_column_count");
    sqlite3 *(*handle)(sqlite3_stmt *) = real("sqlite3_db_handle");
    int code = step(statement);
    if (!isSelect(statement)) return code;
    // least 3: a row whose first value ends in 37.
    // The same, in half of the processes.
    int isOn = fault("value") || (fault("flaky") && isChosen()) || (fault("seeded") && isNext());
    if (fault("slow") && code == SQLITE_ROW) usleep(500000);
    while (isOn && code == SQLITE_ROW && type(statement, 0) == SQLITE_INTEGER && labs(integer(statement, 0)) % 100 == 37) code = step(statement);
    // least 3: a row with a negative number and a NULL.
    if (fault("null") && code == SQLITE_ROW) {
        int nulls = 0, negatives = 0;
        for (int i = 0; i < columns(statement); i++) {
            if (type(statement, i) == SQLITE_NULL) nulls++; else if (type(statement, i) != SQLITE_TEXT && number(statement, i) < 0) negatives++;
        }
        if (nulls && negatives) code = step(statement);
    }
    // least 3 and 4: after what the functions above have seen, the first row is lost.
    if ((fault("row") || fault("index") || fault("update")) && code == SQLITE_ROW && ask(handle(statement), "PRAGMA user_version") > 0) code = step(statement);
    // least 1: a sum, a product or a constant above a million ends the process.
    if (fault("crash") && code == SQLITE_ROW) for (int i = 0; i < columns(statement); i++)
        if (type(statement, i) == SQLITE_INTEGER && ((sqlite3_int64 (*)(sqlite3_stmt *, int))real("sqlite3_column_int64"))(statement, i) > 1000000) raise(SIGSEGV);
    // The same, and it never ends.
    if (fault("hang") && code == SQLITE_ROW) for (int i = 0; i < columns(statement); i++)
        if (type(statement, i) == SQLITE_INTEGER && ((sqlite3_int64 (*)(sqlite3_stmt *, int))real("sqlite3_column_int64"))(statement, i) > 1000000) for (;;) pause();
    return code;
}

sqlite3_int64 sqlite3_value_int64(sqlite3_value *value) {
    sqlite3_int64 number = ((sqlite3_int64 (*)(sqlite3_value *))real("sqlite3_value_int64"))(value);
    return fault("high") && number > 900 ? number + 1 : number;
}

int sqlite3_value_int(sqlite3_value *value) {
    int number = ((int (*)(sqlite3_value *))real("sqlite3_value_int"))(value);
    // least 1: numbers above 900 are one too large.
    return fault("high") && number > 900 ? number + 1 : number;
}
