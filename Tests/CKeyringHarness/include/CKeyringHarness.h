#ifndef CKEYRING_HARNESS_H
#define CKEYRING_HARNESS_H

#include <stddef.h>

/* What the tests of the keyring need of Linux and Swift cannot do: fork, ptrace, filters of system calls, and a look
   at the process's own memory. Bodies run in a child that is forked, so the process must have one thread. They
   return the child's exit code. */

typedef int (*harness_body)(void *context);

/// Runs the body and kills it at a stop, counted from 1: each of its system calls has two, before and after.
/// Returns 1 where it was killed, 0 where it ended before, with `code`, and -1 where it cannot be traced.
int harness_kill_at(long stop, harness_body body, void *context, int *code);

/// Runs the body to its end and writes the numbers of its system calls; returns how many, or -1.
long harness_trace(harness_body body, void *context, long *calls, long room);

/// Numbers of the calls that bring a change to the disk, for `harness_trace`; -1 for any other.
enum { HARNESS_SYNC, HARNESS_RENAME };
int harness_kind(long call);

/// Runs the body on a disk that is full, read-only, or fails to bring data down. Returns its exit code, or -1.
enum { HARNESS_FULL, HARNESS_READ_ONLY, HARNESS_FAILING };
int harness_with_disk(int fault, harness_body body, void *context);

/// Keeps bytes to look for, masked, so that the search does not find its own needle.
void harness_watch(int slot, const void *bytes, size_t count);

/// In how many places of the process's memory any eight bytes of the slot are; -1 where it cannot be read. Places
/// are told on standard error where `tells` says so.
long harness_count(int slot, int tells);

/// Whether the page of that address is locked and left out of core dumps, each a bit.
enum { HARNESS_LOCKED = 1, HARNESS_NOT_DUMPED = 2 };
int harness_page(const void *address);

/// Becomes another program that may lock no memory. Returns only where that fails.
int harness_exec_unlocked(char *const *arguments);

#endif
