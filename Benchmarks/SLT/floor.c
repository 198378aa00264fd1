// What SQLite alone takes for the statements of SQLLogicTest files: prepare, step and finalize, no value is read and
// nothing is verified. The floor under every runner.
//
//     floor FILE...
//
// Records and conditions are understood as SQLite's own runner does; each file gets a fresh database in memory.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sqlite3.h>

static char *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); exit(2); }
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(*size + 1);
    if (!text || fread(text, 1, *size, file) != *size) { perror(path); exit(2); }
    fclose(file);
    return text;
}

typedef struct { const char *start, *end; } line_t;

typedef struct { const char *next, *end; line_t line; } cursor_t;

static int advance(cursor_t *c) {
    while (c->next < c->end) {
        const char *start = c->next;
        const char *stop = memchr(start, '\n', (size_t)(c->end - start));
        c->next = stop ? stop + 1 : c->end;
        if (!stop) stop = c->end;
        if (*start == '#') continue;
        if (stop > start && stop[-1] == '\r') stop--;
        c->line = (line_t){start, stop};
        return 1;
    }
    c->line = (line_t){c->end, c->end};
    return 0;
}

static int is_blank(line_t line) {
    for (const char *at = line.start; at < line.end; at++) if (!isspace((unsigned char)*at)) return 0;
    return 1;
}

// The token number `index` of a line.
static line_t token(line_t line, int index) {
    const char *at = line.start;
    for (;;) {
        while (at < line.end && isspace((unsigned char)*at)) at++;
        const char *start = at;
        while (at < line.end && !isspace((unsigned char)*at)) at++;
        if (index-- == 0) return (line_t){start, at};
    }
}

static int is(line_t token, const char *word) {
    size_t length = strlen(word);
    return (size_t)(token.end - token.start) == length && memcmp(token.start, word, length) == 0;
}

static int is_sqlite(line_t token) { return token.end - token.start == 6 && strncasecmp(token.start, "sqlite", 6) == 0; }

static void run(const char *path, long *records) {
    size_t size;
    char *text = read_file(path, &size);
    char *sql = malloc(size + 1);
    sqlite3 *db;
    if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL)) exit(2);
    sqlite3_exec(db, "PRAGMA synchronous=OFF", NULL, NULL, NULL);
    cursor_t c = {text, text + size, {text, text}};
    int more = advance(&c);
    while (more) {
        if (is_blank(c.line)) { more = advance(&c); continue; }
        int skipped = 0;
        line_t first = token(c.line, 0);
        while (more && (is(first, "skipif") || is(first, "onlyif"))) {
            if (is_sqlite(token(c.line, 1)) == is(first, "skipif")) skipped = 1;
            more = advance(&c);
            first = token(c.line, 0);
        }
        int is_query = is(first, "query"), is_statement = is(first, "statement");
        if (is(first, "halt") && !skipped) break;
        size_t length = 0;
        more = advance(&c);
        while (more && !is_blank(c.line) && !(is_query && is(c.line, "----"))) {
            if (length) sql[length++] = '\n';
            memcpy(sql + length, c.line.start, (size_t)(c.line.end - c.line.start));
            length += (size_t)(c.line.end - c.line.start);
            more = advance(&c);
        }
        sql[length] = 0;
        if (!skipped && is_statement) {
            ++*records;
            sqlite3_exec(db, sql, NULL, NULL, NULL);
        } else if (!skipped && is_query) {
            ++*records;
            sqlite3_stmt *statement = NULL;
            if (sqlite3_prepare_v2(db, sql, (int)length + 1, &statement, NULL) == SQLITE_OK)
                while (sqlite3_step(statement) == SQLITE_ROW) {}
            sqlite3_finalize(statement);
        }
        while (more && !is_blank(c.line)) more = advance(&c);
    }
    sqlite3_close(db);
    free(sql);
    free(text);
}

int main(int count, char **paths) {
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_initialize();
    long records = 0;
    for (int i = 1; i < count; i++) run(paths[i], &records);
    printf("%ld\n", records);
    return 0;
}
