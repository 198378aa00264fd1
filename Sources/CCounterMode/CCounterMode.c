#include "CCounterMode.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <string.h>

// A provider (provider-cipher(7)) with one cipher, which libcrypto's own does the work for.

#define KEY_BYTES 16
#define BLOCK_BYTES 16
#define STREAM_BYTES 4096

static const char NAME[] = "AES-128-CTR";
/// libcrypto's own cipher.
static EVP_CIPHER *libcrypto_cipher;

typedef struct {
    EVP_CIPHER_CTX *cipher;
    size_t used;
    unsigned char stream[STREAM_BYTES];
} counter_context;

static void *context_new(void *provider) {
    (void)provider;
    counter_context *context = OPENSSL_zalloc(sizeof *context);
    if (!context) return NULL;
    context->used = STREAM_BYTES;
    context->cipher = EVP_CIPHER_CTX_new();
    if (context->cipher) return context;
    OPENSSL_free(context);
    return NULL;
}

static void context_free(void *opaque) {
    counter_context *context = opaque;
    if (!context) return;
    EVP_CIPHER_CTX_free(context->cipher);
    OPENSSL_clear_free(context, sizeof *context);
}

/// Encryption and decryption are the same in counter mode.
static int init(void *opaque, const unsigned char *key, size_t key_length, const unsigned char *counter, size_t counter_length,
                const OSSL_PARAM params[]) {
    (void)params;
    counter_context *context = opaque;
    if ((key && key_length != KEY_BYTES) || (counter && counter_length != BLOCK_BYTES)) return 0;
    context->used = STREAM_BYTES;
    return EVP_EncryptInit_ex2(context->cipher, libcrypto_cipher, key, counter, NULL);
}

static int refill(counter_context *context) {
    static const unsigned char zeros[STREAM_BYTES];
    int made = 0;
    if (!EVP_EncryptUpdate(context->cipher, context->stream, &made, zeros, STREAM_BYTES) || made != STREAM_BYTES) return 0;
    // Only now: old key stream is never used again, whatever fails.
    context->used = 0;
    return 1;
}

/// Not inlined: the short way below would have to save the registers that this one needs.
static __attribute__((noinline)) int update_any(counter_context *context, unsigned char *out, size_t out_size, const unsigned char *in, size_t length) {
    if (out_size < length) return 0;
    while (length > 0) {
        if (context->used == STREAM_BYTES && !refill(context)) return 0;
        const unsigned char *stream = context->stream + context->used;
        size_t count = STREAM_BYTES - context->used;
        if (count > length) count = length;
        for (size_t index = 0; index < count; index++) out[index] = in[index] ^ stream[index];
        context->used += count;
        in += count;
        out += count;
        length -= count;
    }
    return 1;
}

static int update(void *opaque, unsigned char *out, size_t *out_length, size_t out_size, const unsigned char *in, size_t length) {
    counter_context *context = opaque;
    *out_length = length;
    // What libssh2 asks for, before all else.
    if (length == BLOCK_BYTES && out_size >= BLOCK_BYTES && context->used <= STREAM_BYTES - BLOCK_BYTES) {
        unsigned long long text[2], mask[2];
        memcpy(text, in, BLOCK_BYTES);
        memcpy(mask, context->stream + context->used, BLOCK_BYTES);
        text[0] ^= mask[0];
        text[1] ^= mask[1];
        memcpy(out, text, BLOCK_BYTES);
        context->used += BLOCK_BYTES;
        return 1;
    }
    return update_any(context, out, out_size, in, length);
}

static int final(void *opaque, unsigned char *out, size_t *out_length, size_t out_size) {
    (void)opaque, (void)out, (void)out_size;
    *out_length = 0;
    return 1;
}

static int get_params(OSSL_PARAM params[]) {
    const struct { const char *name; size_t value; } sizes[] = {
        { OSSL_CIPHER_PARAM_KEYLEN, KEY_BYTES }, { OSSL_CIPHER_PARAM_IVLEN, BLOCK_BYTES }, { OSSL_CIPHER_PARAM_BLOCK_SIZE, 1 },
    };
    for (size_t index = 0; index < sizeof sizes / sizeof *sizes; index++) {
        OSSL_PARAM *param = OSSL_PARAM_locate(params, sizes[index].name);
        if (param && !OSSL_PARAM_set_size_t(param, sizes[index].value)) return 0;
    }
    OSSL_PARAM *mode = OSSL_PARAM_locate(params, OSSL_CIPHER_PARAM_MODE);
    return !mode || OSSL_PARAM_set_uint(mode, EVP_CIPH_CTR_MODE);
}

static int get_context_params(void *opaque, OSSL_PARAM params[]) {
    (void)opaque;
    return get_params(params);
}

static const OSSL_DISPATCH CIPHER[] = {
    { OSSL_FUNC_CIPHER_NEWCTX, (void (*)(void))context_new },
    { OSSL_FUNC_CIPHER_FREECTX, (void (*)(void))context_free },
    { OSSL_FUNC_CIPHER_ENCRYPT_INIT, (void (*)(void))init },
    { OSSL_FUNC_CIPHER_DECRYPT_INIT, (void (*)(void))init },
    { OSSL_FUNC_CIPHER_UPDATE, (void (*)(void))update },
    { OSSL_FUNC_CIPHER_FINAL, (void (*)(void))final },
    { OSSL_FUNC_CIPHER_CIPHER, (void (*)(void))update },
    { OSSL_FUNC_CIPHER_GET_PARAMS, (void (*)(void))get_params },
    { OSSL_FUNC_CIPHER_GET_CTX_PARAMS, (void (*)(void))get_context_params },
    { 0, NULL },
};

static const OSSL_ALGORITHM CIPHERS[] = {
    { NAME, "provider=counter-mode", CIPHER, "AES in counter mode for short calls" },
    { NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_cache) {
    (void)provider;
    *no_cache = 0;
    return operation == OSSL_OP_CIPHER ? CIPHERS : NULL;
}

static const OSSL_DISPATCH PROVIDER[] = {
    { OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
    { 0, NULL },
};

static int provider_init(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **context) {
    (void)in;
    *out = PROVIDER;
    *context = (void *)core;
    return 1;
}

static int installed;

static void install(void) {
    // Loading one provider keeps libcrypto from loading its own by itself.
    if (!OSSL_PROVIDER_load(NULL, "default")) return;
    libcrypto_cipher = EVP_CIPHER_fetch(NULL, NAME, "provider=default");
    if (!libcrypto_cipher) return;
    installed = OSSL_PROVIDER_add_builtin(NULL, "counter-mode", provider_init) && OSSL_PROVIDER_load(NULL, "counter-mode")
        && EVP_set_default_properties(NULL, "?provider=counter-mode");
}

int counter_mode_install(void) {
    static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;
    return CRYPTO_THREAD_run_once(&once, install) && installed;
}

static int is_from(const char *cipher, const char *provider) {
    EVP_CIPHER *fetched = EVP_CIPHER_fetch(NULL, cipher, "");
    int is = fetched && strcmp(OSSL_PROVIDER_get0_name(EVP_CIPHER_get0_provider(fetched)), provider) == 0;
    EVP_CIPHER_free(fetched);
    return is;
}

int counter_mode_is_preferred(void) { return is_from(NAME, "counter-mode") && is_from("AES-256-CTR", "default"); }

int counter_mode_stream(int made, const unsigned char key[16], const unsigned char counter[16],
                        unsigned char *out, int bytes, int piece) {
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int good = context && EVP_CipherInit_ex(context, made ? EVP_aes_128_ctr() : libcrypto_cipher, NULL, key, counter, 1);
    memset(out, 0, (size_t)bytes);
    for (int start = 0; good && start < bytes; start += piece) {
        int count = bytes - start < piece ? bytes - start : piece;
        good = EVP_Cipher(context, out + start, out + start, (unsigned)count) >= 0;
    }
    EVP_CIPHER_CTX_free(context);
    return good;
}
