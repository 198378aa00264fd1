// xxHash, compiled into the importer (`XXH_INLINE_ALL`): nothing to link.
#pragma once
#define XXH_INLINE_ALL
#include <xxhash.h>

// `XXH_INLINE_ALL` renames this type by macro, which Swift cannot see.
typedef XXH128_hash_t CXXHash128;
