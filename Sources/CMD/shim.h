// libmd, the BSD message digests: MD5 and SHA-256 in 10 KB, where a cryptographic library takes 2.4 MB of the worker.
#pragma once
#include <md5.h>
#include <sha2.h>
