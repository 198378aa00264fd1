#pragma once

/// libssh2 encrypts block by block, and asks libcrypto anew for each 16 bytes. This makes libcrypto's own AES in
/// counter mode (128 bits of key, RFC 4344) answer such calls from key stream that it makes 4 KiB at a time: the
/// same bytes, at a third of the cost.
///
/// Call it before libssh2_init. Further calls do nothing. Where libcrypto refuses it, all goes on as without.
/// - Returns: 1 if ciphers made from now on do so.
int counter_mode_install(void);

/// - Returns: 1 if a cipher that libssh2 asks for is answered so, and one of another length of key is libcrypto's own.
int counter_mode_is_preferred(void);

/// Encrypts `bytes` zeros in pieces of `piece` with a cipher as libssh2 makes it (`made` 1), or as libcrypto does by
/// itself (0), for tests to compare.
/// - Returns: 1 on success.
int counter_mode_stream(int made, const unsigned char key[16], const unsigned char counter[16],
                        unsigned char *out, int bytes, int piece);
