#pragma once

// libssh2 encrypts block by block: for each 16 bytes it asks libcrypto anew, through functions of its own that its archive
// names `_libssh2_cipher_…`. The linker's --wrap puts the functions of this target before those. They answer a cipher in
// counter mode (RFC 4344) from key stream that libcrypto makes 4 KiB at a time: the same bytes.
// Every other cipher goes to libssh2's own functions. The digest of HMAC-SHA-256 is looked up once, and not for each packet.

/// The ciphers that tests compare.
enum counter_mode_cipher { COUNTER_MODE_AES_128_CTR, COUNTER_MODE_AES_256_CTR, COUNTER_MODE_AES_128_CBC };

/// Encrypts or decrypts `bytes` zeros, for tests: in pieces of `piece`, by what libssh2 calls, or, where `piece` is 0, at once by libcrypto.
/// - Parameters:
///   - key: as long as the cipher's.
///   - iv: 16 bytes.
/// - Returns: 1 on success; 0 also in a program that is linked without --wrap.
int counter_mode_crypt(enum counter_mode_cipher cipher, int encrypts, const unsigned char *key, const unsigned char *iv,
                       unsigned char *out, int bytes, int piece);
