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

/* Clears the vector registers, in which a cipher leaves parts of its key when it returns: whoever saves all registers
   next, such as the dynamic linker before a function's first call, would put them on the stack. */
static inline void memberlist_clear_registers(void) {
#if defined(__x86_64__)
    /* The upper halves are cleared by whoever used them, for the sake of speed. */
    __asm__ volatile(
        "pxor %%xmm0, %%xmm0\n\tpxor %%xmm1, %%xmm1\n\tpxor %%xmm2, %%xmm2\n\tpxor %%xmm3, %%xmm3\n\t"
        "pxor %%xmm4, %%xmm4\n\tpxor %%xmm5, %%xmm5\n\tpxor %%xmm6, %%xmm6\n\tpxor %%xmm7, %%xmm7\n\t"
        "pxor %%xmm8, %%xmm8\n\tpxor %%xmm9, %%xmm9\n\tpxor %%xmm10, %%xmm10\n\tpxor %%xmm11, %%xmm11\n\t"
        "pxor %%xmm12, %%xmm12\n\tpxor %%xmm13, %%xmm13\n\tpxor %%xmm14, %%xmm14\n\tpxor %%xmm15, %%xmm15"
        ::: "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
            "xmm12", "xmm13", "xmm14", "xmm15");
#elif defined(__aarch64__)
    __asm__ volatile(
        "movi v0.16b, #0\n\tmovi v1.16b, #0\n\tmovi v2.16b, #0\n\tmovi v3.16b, #0\n\t"
        "movi v4.16b, #0\n\tmovi v5.16b, #0\n\tmovi v6.16b, #0\n\tmovi v7.16b, #0\n\t"
        "movi v16.16b, #0\n\tmovi v17.16b, #0\n\tmovi v18.16b, #0\n\tmovi v19.16b, #0\n\t"
        "movi v20.16b, #0\n\tmovi v21.16b, #0\n\tmovi v22.16b, #0\n\tmovi v23.16b, #0\n\t"
        "movi v24.16b, #0\n\tmovi v25.16b, #0\n\tmovi v26.16b, #0\n\tmovi v27.16b, #0\n\t"
        "movi v28.16b, #0\n\tmovi v29.16b, #0\n\tmovi v30.16b, #0\n\tmovi v31.16b, #0"
        ::: "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23",
            "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31");
#endif
}

#endif
