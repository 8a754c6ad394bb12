#define _GNU_SOURCE
#include "cprocess.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(const struct cprocess_order *order, pid_t parent) {
    if (setsid() < 0) return;  // a terminal's Ctrl-C is the parent's business
    for (int number = 1; number < 65; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (order->changes_user &&
        (syscall(SYS_setgroups, order->group_count, order->groups) < 0 || syscall(SYS_setresgid, order->group, order->group, order->group) < 0 ||
         syscall(SYS_setresuid, order->user, order->user, order->user) < 0))
        return;
    if (order->death_signal != 0) {  // after the change of user, which clears it
        if (prctl(PR_SET_PDEATHSIG, order->death_signal) < 0) return;
        if (getppid() != parent) _exit(127);  // the parent was gone before the signal was arranged
    }
    if (chdir(order->folder) < 0 || dup2(order->input, 0) < 0 || dup2(order->output, 1) < 0 || dup2(order->output, 2) < 0) return;
    syscall(SYS_close_range, 3, ~0U, 4);  // 4: on exec, so that the failure pipe still works
    execve(order->program, order->arguments, order->environment);
}

pid_t cprocess_start(const struct cprocess_order *order) {
    int failure[2];
    if (pipe2(failure, O_CLOEXEC) < 0) return -errno;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        become(order, parent);
        int code = errno;
        (void)!write(failure[1], &code, sizeof code);
        _exit(127);
    }
    int fork_failure = errno;
    close(failure[1]);
    int code = 0;
    ssize_t count = 0;
    if (child > 0) {
        do count = read(failure[0], &code, sizeof code);
        while (count < 0 && errno == EINTR);
        if (count == sizeof code) waitpid(child, NULL, 0);
    }
    close(failure[0]);
    if (child < 0) return -fork_failure;
    return count == sizeof code ? -code : child;
}

int cprocess_watch(pid_t process) {
    long descriptor = syscall(SYS_pidfd_open, process, 0);
    return descriptor >= 0 ? (int)descriptor : -errno;
}

int cprocess_signal(int descriptor, int number) {
    return syscall(SYS_pidfd_send_signal, descriptor, number, NULL, 0) == 0 ? 0 : -errno;
}

int cprocess_collect(pid_t process, int *status) {
    pid_t collected = waitpid(process, status, WNOHANG);
    if (collected < 0) return -errno;
    return collected == process;
}

int cprocess_lock(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : -errno; }

void cprocess_unlock(int descriptor) { flock(descriptor, LOCK_UN); }

int cprocess_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) == 0 ? 0 : -errno; }
