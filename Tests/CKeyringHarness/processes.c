#define _GNU_SOURCE
#include "CKeyringHarness.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
/* The kernel's header defines what the library's enumerates, so it comes second. */
#include <sys/ptrace.h>
#include <linux/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return -1;
    }
    return status;
}

/* A child has no copy of what is not written yet. */
static pid_t fork_flushed(void) {
    fflush(NULL);
    return fork();
}

static void finish(harness_body body, void *context) {
    int code = body(context);
    fflush(NULL);
    _exit(code);
}

/* Whoever waits for the other is woken four times as fast on one core as across two. */
static void stay_on_this_core(void) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(sched_getcpu(), &cores);
    sched_setaffinity(0, sizeof cores, &cores);
}

static pid_t start_traced(harness_body body, void *context) {
    static int stays;
    if (!stays++) stay_on_this_core();
    pid_t child = fork_flushed();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        finish(body, context);
    }
    if (child < 0 || !WIFSTOPPED(wait_for(child))) return -1;
    if (ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0) return -1;
    return child;
}

/* To the next system call, or its end. Signals on the way are the child's. */
static int next_stop(pid_t child) {
    int signal = 0;
    for (;;) {
        if (ptrace(PTRACE_SYSCALL, child, 0, signal) != 0) return -1;
        int status = wait_for(child);
        if (!WIFSTOPPED(status) || WSTOPSIG(status) == (SIGTRAP | 0x80)) return status;
        signal = WSTOPSIG(status);
    }
}

int harness_kill_at(long stop, harness_body body, void *context, int *code) {
    pid_t child = start_traced(body, context);
    if (child < 0) return -1;
    for (;;) {
        int status = next_stop(child);
        if (status < 0) return -1;
        if (!WIFSTOPPED(status)) {
            *code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            return 0;
        }
        if (--stop <= 0) {
            kill(child, SIGKILL);
            return WIFSIGNALED(wait_for(child)) ? 1 : -1;
        }
    }
}

long harness_trace(harness_body body, void *context, long *calls, long room) {
    pid_t child = start_traced(body, context);
    if (child < 0) return -1;
    long count = 0;
    for (;;) {
        int status = next_stop(child);
        if (status < 0) return -1;
        if (!WIFSTOPPED(status)) return count;
        struct ptrace_syscall_info info;
        if (ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof info, &info) < 0) return -1;
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY && count < room) calls[count++] = (long)info.entry.nr;
    }
}

int harness_kind(long call) {
    switch (call) {
    case SYS_fsync: return HARNESS_SYNC;
#ifdef SYS_rename
    case SYS_rename: return HARNESS_RENAME;
#endif
    case SYS_renameat2: return HARNESS_RENAME;
#ifdef SYS_renameat
    case SYS_renameat: return HARNESS_RENAME;
#endif
    default: return -1;
    }
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define REFUSE(code) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (code))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
/* The rest of a rule where the call is this one. */
#define CALL(number, length) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, length)

static int filter(struct sock_filter *rules, unsigned short count) {
    struct sock_fprog program = {count, rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* What is written to the test itself goes through. */
static int fill_disk(void) {
    struct sock_filter rules[] = {
        LOAD(nr), CALL(SYS_write, 3),
        LOAD(args[0]), BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, STDERR_FILENO, 0, 1), REFUSE(ENOSPC), ALLOW,
    };
    return filter(rules, sizeof rules / sizeof *rules);
}

static int write_protect_disk(void) {
    struct sock_filter rules[] = {
        LOAD(nr),
#ifdef SYS_unlink
        CALL(SYS_unlink, 1), REFUSE(EROFS),
        CALL(SYS_rename, 1), REFUSE(EROFS),
        CALL(SYS_link, 1), REFUSE(EROFS),
#endif
        CALL(SYS_unlinkat, 1), REFUSE(EROFS),
        CALL(SYS_renameat2, 1), REFUSE(EROFS),
        CALL(SYS_linkat, 1), REFUSE(EROFS),
        CALL(SYS_openat, 3),
        LOAD(args[2]), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT, 0, 1), REFUSE(EROFS),
        ALLOW,
    };
    return filter(rules, sizeof rules / sizeof *rules);
}

static int break_disk(void) {
    struct sock_filter rules[] = {LOAD(nr), CALL(SYS_fsync, 1), REFUSE(EIO), ALLOW};
    return filter(rules, sizeof rules / sizeof *rules);
}

int harness_with_disk(int fault, harness_body body, void *context) {
    pid_t child = fork_flushed();
    if (child < 0) return -1;
    if (child == 0) {
        int made = fault == HARNESS_FULL ? fill_disk() : fault == HARNESS_READ_ONLY ? write_protect_disk() : break_disk();
        if (made != 0) _exit(125);
        finish(body, context);
    }
    int status = wait_for(child);
    return WIFEXITED(status) && WEXITSTATUS(status) != 125 ? WEXITSTATUS(status) : -1;
}

int harness_exec_unlocked(char *const *arguments) {
    const int lock_memory = 14; /* CAP_IPC_LOCK, before which no limit counts; one who has not got it cannot drop it. */
    struct rlimit none = {0, 0};
    prctl(PR_CAPBSET_DROP, lock_memory, 0, 0, 0);
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0) return -1;
    return execv(arguments[0], arguments);
}
