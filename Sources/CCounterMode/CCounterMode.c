#include "CCounterMode.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <string.h>

/// An EVP_CIPHER_CTX is made for one of these.
typedef const EVP_CIPHER *(*cipher_kind)(void);

// In a program that is linked without --wrap, as one of a user of the library is, these are not there, and nobody calls what calls them.
#define ELSEWHERE __attribute__((weak))

// libssh2's own (openssl.h of 1.10; 1.11 has the parameter `place`, which 1.10 leaves unset and unread).
ELSEWHERE int __real__libssh2_cipher_init(EVP_CIPHER_CTX **handle, cipher_kind kind, unsigned char *iv, unsigned char *key, int encrypts);
ELSEWHERE int __real__libssh2_cipher_crypt(EVP_CIPHER_CTX **handle, cipher_kind kind, int encrypts, unsigned char *block, size_t length, int place);
ELSEWHERE void __real_EVP_CIPHER_CTX_free(EVP_CIPHER_CTX *handle);

#define BLOCK_BYTES 16
#define STREAM_BYTES 4096
#define NO_STREAM SIZE_MAX

/// What libssh2 gets for an EVP_CIPHER_CTX: it only hands it to the functions below.
typedef struct {
    /// `&mark`, which no EVP_CIPHER_CTX begins with.
    const void *mark;
    EVP_CIPHER_CTX *cipher;
    /// Bytes of the stream that are used; NO_STREAM for a cipher that has none.
    size_t used;
    _Alignas(16) unsigned char stream[STREAM_BYTES];
} ahead_cipher;

static const char mark;

int __wrap__libssh2_cipher_init(EVP_CIPHER_CTX **handle, cipher_kind kind, unsigned char *iv, unsigned char *key, int encrypts) {
    ahead_cipher *made = OPENSSL_zalloc(sizeof *made);
    if (!made) return 1;
    made->mark = &mark;
    int failure = __real__libssh2_cipher_init(&made->cipher, kind, iv, key, encrypts);
    if (failure) {
        __real_EVP_CIPHER_CTX_free(made->cipher);
        OPENSSL_free(made);
        return failure;
    }
    made->used = EVP_CIPHER_CTX_get_mode(made->cipher) == EVP_CIPH_CTR_MODE ? STREAM_BYTES : NO_STREAM;
    *handle = (EVP_CIPHER_CTX *)made;
    return 0;
}

static int refill(ahead_cipher *cipher) {
    static const unsigned char zeros[STREAM_BYTES];
    int made = 0;
    if (!EVP_CipherUpdate(cipher->cipher, cipher->stream, &made, zeros, STREAM_BYTES) || made != STREAM_BYTES) return 0;
    // Only now: old key stream is never used again, whatever fails.
    cipher->used = 0;
    return 1;
}

/// Not inlined: the short way below would have to save the registers that this one needs.
static __attribute__((noinline)) int crypt_any(ahead_cipher *cipher, cipher_kind kind, int encrypts, unsigned char *bytes, size_t length, int place) {
    if (cipher->used == NO_STREAM) return __real__libssh2_cipher_crypt(&cipher->cipher, kind, encrypts, bytes, length, place);
    while (length > 0) {
        if (cipher->used == STREAM_BYTES && !refill(cipher)) return 1;
        const unsigned char *stream = cipher->stream + cipher->used;
        size_t count = STREAM_BYTES - cipher->used;
        if (count > length) count = length;
        for (size_t index = 0; index < count; index++) bytes[index] ^= stream[index];
        cipher->used += count;
        bytes += count;
        length -= count;
    }
    return 0;
}

/// Encryption and decryption are the same in counter mode.
int __wrap__libssh2_cipher_crypt(EVP_CIPHER_CTX **handle, cipher_kind kind, int encrypts, unsigned char *block, size_t length, int place) {
    ahead_cipher *cipher = (ahead_cipher *)*handle;
    if (length != BLOCK_BYTES || cipher->used > STREAM_BYTES - BLOCK_BYTES) return crypt_any(cipher, kind, encrypts, block, length, place);
    unsigned long long text[2], stream[2];
    memcpy(text, block, BLOCK_BYTES);
    memcpy(stream, cipher->stream + cipher->used, BLOCK_BYTES);
    text[0] ^= stream[0];
    text[1] ^= stream[1];
    memcpy(block, text, BLOCK_BYTES);
    cipher->used += BLOCK_BYTES;
    return 0;
}

/// Of all that is linked in, libssh2's ciphers alone call it; should something else, it is told by the mark.
void __wrap_EVP_CIPHER_CTX_free(EVP_CIPHER_CTX *handle) {
    ahead_cipher *cipher = (ahead_cipher *)handle;
    if (!cipher || cipher->mark != &mark) {
        __real_EVP_CIPHER_CTX_free(handle);
        return;
    }
    __real_EVP_CIPHER_CTX_free(cipher->cipher);
    OPENSSL_clear_free(cipher, sizeof *cipher);
}

ELSEWHERE int __real_HMAC_Init_ex(HMAC_CTX *context, const void *key, int length, const EVP_MD *digest, ENGINE *engine);

static const EVP_MD *fetched_sha256;

static void fetch_sha256(void) { fetched_sha256 = EVP_MD_fetch(NULL, "SHA256", NULL); }

/// libssh2 begins anew with each packet, and each time libcrypto looks up what EVP_sha256() stands for, behind locks; not what was looked up before.
int __wrap_HMAC_Init_ex(HMAC_CTX *context, const void *key, int length, const EVP_MD *digest, ENGINE *engine) {
    static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;
    if (digest && digest == EVP_sha256() && CRYPTO_THREAD_run_once(&once, fetch_sha256) && fetched_sha256) digest = fetched_sha256;
    return __real_HMAC_Init_ex(context, key, length, digest, engine);
}

// Under the names that libssh2 calls them by.
ELSEWHERE int _libssh2_cipher_init(EVP_CIPHER_CTX **handle, cipher_kind kind, unsigned char *iv, unsigned char *key, int encrypts);
ELSEWHERE int _libssh2_cipher_crypt(EVP_CIPHER_CTX **handle, cipher_kind kind, int encrypts, unsigned char *block, size_t length, int place);

int counter_mode_crypt(enum counter_mode_cipher name, int encrypts, const unsigned char *key, const unsigned char *iv,
                       unsigned char *out, int bytes, int piece) {
    const cipher_kind kinds[] = { EVP_aes_128_ctr, EVP_aes_256_ctr, EVP_aes_128_cbc };
    cipher_kind kind = kinds[name];
    if (!_libssh2_cipher_init || !_libssh2_cipher_crypt) return 0;
    memset(out, 0, (size_t)bytes);
    EVP_CIPHER_CTX *context = NULL;
    int good;
    if (piece == 0) {
        context = EVP_CIPHER_CTX_new();
        good = context && EVP_CipherInit_ex(context, kind(), NULL, key, iv, encrypts) && EVP_CIPHER_CTX_set_padding(context, 0)
            && EVP_CipherUpdate(context, out, &(int){ 0 }, out, bytes);
    } else {
        good = _libssh2_cipher_init(&context, kind, (unsigned char *)iv, (unsigned char *)key, encrypts) == 0
            && ((ahead_cipher *)context)->mark == &mark;
        for (int start = 0; good && start < bytes; start += piece) {
            int count = bytes - start < piece ? bytes - start : piece;
            good = _libssh2_cipher_crypt(&context, kind, encrypts, out + start, (size_t)count, 0) == 0;
        }
    }
    EVP_CIPHER_CTX_free(context);
    return good;
}
