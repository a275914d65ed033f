#ifndef MEMBERLIST_CSODIUM_SHIM_H
#define MEMBERLIST_CSODIUM_SHIM_H

#include <sodium.h>

/* Macros that Swift does not import, or that hide a constant behind a cast. */

static inline size_t memberlist_base64_encoded_length(size_t bytes) {
    return sodium_base64_ENCODED_LEN(bytes, sodium_base64_VARIANT_ORIGINAL);
}

static inline int memberlist_base64_padded(void) {
    return sodium_base64_VARIANT_ORIGINAL;
}

static inline int memberlist_base64_unpadded(void) {
    return sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
}

static inline size_t memberlist_aes256gcm_state_bytes(void) {
    return sizeof(crypto_aead_aes256gcm_state);
}

#endif
