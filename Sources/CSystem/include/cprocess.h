#pragma once
#include <stdint.h>
#include <sys/types.h>

// Swift imports no fork, and posix_spawn can change neither the user nor the signal of a parent's death. These answer
// -errno. What happens between fork and exec is async-signal-safe: everything is prepared by the caller.

/// What to start, and how. All pointers stay the caller's.
struct cprocess_order {
    const char *program;
    char *const *arguments;    // argv, null-terminated
    char *const *environment;  // null-terminated
    const char *folder;        // to work in
    int input;                 // becomes descriptor 0
    int output;                // becomes descriptors 1 and 2; every other one is closed
    int changes_user;          // whether user, group and groups are to be taken on
    uid_t user;
    gid_t group;
    const gid_t *groups;
    int group_count;
    int death_signal;          // sent to it when the thread that calls this ends; 0 for none
};

/// Starts a process in a session of its own, with default signal handling; its id, once it runs the program, or -errno.
pid_t cprocess_start(const struct cprocess_order *order);

/// A descriptor that becomes readable when the process ends, or -errno.
int cprocess_watch(pid_t process);

/// Signals the very process that the descriptor stands for, even if its id has been given away since; 0 or -errno.
int cprocess_signal(int descriptor, int number);

/// 1 once an ended child is collected, its wait status in `status`; 0 while it runs; -errno where it is no child.
int cprocess_collect(pid_t process, int *status);

/// Takes the lock of an open file without waiting; 0, or -EWOULDBLOCK when another holds it, or -errno.
int cprocess_lock(int descriptor);

/// Gives the lock back at once. Closing would do so only when a child that is just being started has closed its copy too.
void cprocess_unlock(int descriptor);

/// A pipe whose ends no other program inherits; 0 or -errno.
int cprocess_pipe(int ends[2]);
