// libssh2's own header. Its short function names are macros, so Swift calls the `_ex` functions.
#pragma once
#include <libssh2.h>
