#define _GNU_SOURCE
#include "CKeyringHarness.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SLOTS = 64, WINDOWS = 8, WINDOW = 8 };

static const uint64_t mask = 0x5AA5C33C0FF0965A;

/* Every eight bytes of what is looked for, masked. */
static uint64_t windows[SLOTS][WINDOWS];
static int window_counts[SLOTS];
static unsigned char chunk[1 << 20];

void harness_watch(int slot, const void *bytes, size_t count) {
    window_counts[slot] = 0;
    for (size_t at = 0; at + WINDOW <= count && window_counts[slot] < WINDOWS; at += WINDOW) {
        uint64_t *window = &windows[slot][window_counts[slot]++];
        memcpy(window, (const char *)bytes + at, WINDOW);
        *window ^= mask;
    }
}

static long count_in_chunk(int slot, size_t count, uintptr_t address, int tells, const char *mapping) {
    long found = 0;
    for (size_t at = 0; at + WINDOW <= count; at++) {
        uintptr_t place = address + at;
        if (place + WINDOW > (uintptr_t)chunk && place < (uintptr_t)chunk + sizeof chunk) continue;
        uint64_t value;
        memcpy(&value, chunk + at, WINDOW);
        value ^= mask;
        for (int window = 0; window < window_counts[slot]; window++) {
            if (value != windows[slot][window]) continue;
            found++;
            if (tells) fprintf(stderr, "part %d at %" PRIxPTR " in %s", window, place, mapping);
        }
    }
    return found;
}

static long count_in_mapping(int memory, int slot, const char *mapping, int tells) {
    uintptr_t start, end;
    char rights[8];
    unsigned long inode;
    if (sscanf(mapping, "%" SCNxPTR "-%" SCNxPTR " %7s %*s %*s %lu", &start, &end, rights, &inode) != 4) return 0;
    /* What a file holds and nobody can change is the file's. The kernel's own pages cannot be read. */
    if ((inode != 0 && rights[1] != 'w') || strstr(mapping, "[v")) return 0;
    long found = 0;
    for (uintptr_t at = start; at < end;) {
        size_t room = end - at < sizeof chunk ? end - at : sizeof chunk;
        ssize_t count = pread(memory, chunk, room, (off_t)at);
        if (count <= 0) {
            at += 4096;
            continue;
        }
        found += count_in_chunk(slot, (size_t)count, at, tells, mapping);
        /* What lies across the end of the chunk is seen with the next one. */
        at += (size_t)count > WINDOW && at + (uintptr_t)count < end ? (size_t)count - WINDOW + 1 : (size_t)count;
    }
    return found;
}

long harness_count(int slot, int tells) {
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    FILE *maps = fopen("/proc/self/maps", "re");
    if (memory < 0 || !maps) return -1;
    long found = 0;
    char line[4096];
    while (fgets(line, sizeof line, maps)) found += count_in_mapping(memory, slot, line, tells);
    fclose(maps);
    close(memory);
    memset(chunk, 0, sizeof chunk);
    return found;
}

int harness_page(const void *address) {
    FILE *pages = fopen("/proc/self/smaps", "re");
    if (!pages) return 0;
    int flags = 0, is_there = 0;
    uintptr_t start, end;
    char line[4096];
    while (fgets(line, sizeof line, pages)) {
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &start, &end) == 2) {
            is_there = (uintptr_t)address >= start && (uintptr_t)address < end;
        } else if (is_there && strncmp(line, "VmFlags:", 8) == 0) {
            flags = (strstr(line, " lo") ? HARNESS_LOCKED : 0) | (strstr(line, " dd") ? HARNESS_NOT_DUMPED : 0);
        }
    }
    fclose(pages);
    return flags;
}
