/// The words by which ``SQLReach`` knows what it looks for, in lower case: of SQLite with its shell's extensions, PostgreSQL and DuckDB.
extension SQLReach {
    static let statements: Set<String> = ["attach", "vacuum", "copy", "export", "import", "load", "install", "extension", "language", "tablespace", "system"]

    static let functions: Set<String> = [
        // SQLite
        "load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "zipfile", "fsdir",
        // PostgreSQL
        "pg_read_file", "pg_read_binary_file", "pg_stat_file", "pg_ls_dir", "pg_ls_logdir", "pg_ls_waldir", "pg_ls_tmpdir", "pg_logdir_ls",
        "pg_file_read", "pg_file_write", "pg_file_rename", "pg_file_unlink", "lo_import", "lo_export", "dblink", "dblink_connect", "dblink_exec",
        // DuckDB
        "read_csv", "read_csv_auto", "sniff_csv", "read_parquet", "parquet_scan", "parquet_metadata", "parquet_schema", "parquet_file_metadata",
        "parquet_kv_metadata", "read_json", "read_json_auto", "read_json_objects", "read_json_objects_auto", "read_ndjson", "read_ndjson_auto",
        "read_ndjson_objects", "read_text", "read_blob", "read_xlsx", "sqlite_scan", "sqlite_attach", "sqlite_query", "postgres_scan",
        "postgres_attach", "postgres_query", "mysql_scan", "mysql_query", "iceberg_scan", "delta_scan", "st_read", "getenv",
    ]

    /// Virtual tables and their modules.
    static let tables: Set<String> = ["fsdir", "zipfile", "csv", "vsv", "unixcsv"]

    /// Where an engine puts its files, and where it takes code from.
    static let settings: Set<String> = [
        "temp_store_directory", "data_store_directory", "temp_directory", "extension_directory", "home_directory", "secret_directory",
        "log_query_path", "profiling_output", "profile_output", "custom_extension_repository", "autoinstall_extension_repository",
    ]

    /// How the names of settings end that are of files, programs and code. Others may have such names, so only those that are set count.
    static let settingEndings = ["_directory", "_path", "_command", "_libraries"]

    /// A setting that ends so, and names schemas.
    static let harmlessSetting = "search_path"

    /// Ends of names that are files' and no tables'.
    static let endings = [".csv", ".tsv", ".json", ".ndjson", ".jsonl", ".parquet", ".gz", ".zst", ".db", ".duckdb", ".xlsx", ".txt"]
}
