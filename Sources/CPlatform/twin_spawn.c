#define _GNU_SOURCE
#include "twin_platform.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_INHERITED_FILE 3

struct child_plan {
    const char *path;
    char *const *arguments;
    char *const *environment;
    int output;
    int flags;
    pid_t parent;
};

/// Everything between fork and exec: async-signal-safe calls only. Returns an errno.
static int become(const struct child_plan *plan) {
    for (int number = 1; number < NSIG; number++) { (void)signal(number, SIG_DFL); }
    if (plan->flags & TWIN_SPAWN_NEW_SESSION) {
        if (setsid() < 0) { return errno; }
    } else if (setpgid(0, 0) != 0) {
        return errno;
    }
    if (plan->flags & TWIN_SPAWN_ENDS_WITH_PARENT) {
        if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0) { return errno; }
        // The parent may have ended before the line above.
        if (getppid() != plan->parent) { return ESRCH; }
    }
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0) { return errno; }
    if (dup2(plan->output, STDOUT_FILENO) < 0) { return errno; }
    if (dup2(plan->output, STDERR_FILENO) < 0) { return errno; }
    // Only a second fence: every file of ours is opened close-on-exec. Linux before 5.11 lacks it.
    (void)close_range(FIRST_INHERITED_FILE, ~0U, CLOSE_RANGE_CLOEXEC);
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)execve(plan->path, plan->arguments, plan->environment);
    return errno;
}

/// What the child wrote before it gave up; 0 when exec closed the pipe.
static int reported_failure(int pipe_end) {
    int failure = 0;
    ssize_t count;
    do { count = read(pipe_end, &failure, sizeof failure); } while (count < 0 && errno == EINTR);
    return count == (ssize_t)sizeof failure ? failure : 0;
}

int twin_spawn(const char *path, char *const arguments[], char *const environment[], int output,
               int flags, pid_t *process) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) { return errno; }
    const struct child_plan plan = {path, arguments, environment, output, flags, getpid()};
    // No handler of ours may run in the child before it has taken them off.
    sigset_t all, previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    const pid_t child = fork();
    if (child == 0) {
        const int failure = become(&plan);
        (void)!write(report[1], &failure, sizeof failure);
        _exit(127);
    }
    const int fork_failure = child < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    close(report[1]);
    const int failure = child < 0 ? fork_failure : reported_failure(report[0]);
    close(report[0]);
    if (child > 0 && failure != 0) {
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    }
    if (failure == 0) { *process = child; }
    return failure;
}
