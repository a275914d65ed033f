#include "CAllocations.h"

#if defined(__GLIBC__) || defined(__linux__)
#include <features.h>
#endif

#if defined(__GLIBC__)

#include <errno.h>
#include <malloc.h>
#include <stddef.h>

/* The program's own functions stand before the library's, which can be called by these names. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static __thread long count __attribute__((tls_model("initial-exec")));
static __thread long held __attribute__((tls_model("initial-exec")));

static void *counted(void *memory) {
    count++;
    held += malloc_usable_size(memory);
    return memory;
}

void *malloc(size_t size) {
    return counted(__libc_malloc(size));
}

void *calloc(size_t number, size_t size) {
    return counted(__libc_calloc(number, size));
}

void *realloc(void *old, size_t size) {
    size_t before = malloc_usable_size(old);
    void *memory = counted(__libc_realloc(old, size));
    /* Where there is no room for the new size, the old memory stays. */
    if (memory || !size) held -= before;
    return memory;
}

void free(void *memory) {
    held -= malloc_usable_size(memory);
    __libc_free(memory);
}

void *memalign(size_t alignment, size_t size) {
    return counted(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size) {
    return counted(__libc_memalign(alignment, size));
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    *result = counted(__libc_memalign(alignment, size));
    return *result ? 0 : ENOMEM;
}

void allocations_begin(void) { count = held = 0; }

long allocations_end(void) { return count; }

long allocations_held(void) { return held; }

#else

void allocations_begin(void) {}

long allocations_end(void) { return -1; }

long allocations_held(void) { return -1; }

#endif
