// xxHash, compiled into the importer (`XXH_INLINE_ALL`): nothing to link.
#pragma once
#define XXH_INLINE_ALL
#include <xxhash.h>
