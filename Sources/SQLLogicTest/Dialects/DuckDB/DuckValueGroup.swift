/// The groups of values that `foreach` can name, such as `<integral>`, as DuckDB's runner has them.
enum DuckValueGroup {
    private static let signed = ["tinyint", "smallint", "integer", "bigint", "hugeint"]
    private static let unsigned = ["utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"]
    private static let integral = signed + unsigned
    private static let numeric = integral + ["float", "double"]

    private static let groups: [String: [String]] = [
        "<signed>": signed, "<unsigned>": unsigned, "<integral>": integral, "<numeric>": numeric,
        "<alltypes>": numeric + ["bool", "interval", "varchar"],
        "<compression>": words("none uncompressed rle bitpacking dictionary fsst dict_fsst alp alprd"),
        // The columns of DuckDB's test_all_types().
        "<all_types_columns>": words("""
            bool tinyint smallint int bigint hugeint uhugeint utinyint usmallint uint ubigint date time timestamp timestamp_s timestamp_ms \
            timestamp_ns time_tz timestamp_tz float double dec_4_1 dec_9_4 dec_18_6 dec38_10 uuid interval varchar blob bit small_enum \
            medium_enum large_enum int_array double_array date_array timestamp_array timestamptz_array varchar_array nested_int_array \
            struct struct_of_arrays array_of_structs map union fixed_int_array fixed_varchar_array fixed_nested_int_array \
            fixed_nested_varchar_array fixed_struct_array struct_of_fixed_array fixed_array_of_int_list list_of_fixed_int_array
            """),
    ]

    private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

    /// What the words of a `foreach` stand for: a group's name for its values, `!value` for the ones before it without
    /// that value, everything else for itself. Nil, with the word, for a group that is not known.
    static func expand(_ words: some Sequence<String>) -> Result<[String], Unknown> {
        var values: [String] = []
        for word in words {
            if let group = groups[word.lowercased()] {
                values += group
            } else if word.first == "!", let found = values.firstIndex(of: String(word.dropFirst())) {
                values.remove(at: found)
            } else if word.first == "<" {
                return .failure(Unknown(word: word))
            } else {
                values.append(word)
            }
        }
        return .success(values)
    }

    struct Unknown: Error { var word: String }
}
