#define _GNU_SOURCE
#include "twin_platform.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define NANOSECONDS_PER_SECOND UINT64_C(1000000000)
#define MICROSECONDS_PER_SECOND UINT64_C(1000000)

static uint64_t nanoseconds(clockid_t which) {
    struct timespec now = {0, 0};
    // Fails only for a clock the kernel does not have; both are as old as Linux 2.6.39.
    (void)clock_gettime(which, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS_PER_SECOND + (uint64_t)now.tv_nsec;
}

uint64_t twin_monotonic_nanoseconds(void) { return nanoseconds(CLOCK_MONOTONIC); }

uint64_t twin_boottime_nanoseconds(void) { return nanoseconds(CLOCK_BOOTTIME); }

int twin_thread_set_name(const char *name) { return pthread_setname_np(pthread_self(), name); }

int twin_file_write_out(int file_descriptor, off_t offset, off_t length) {
    const unsigned int flags = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE
                               | SYNC_FILE_RANGE_WAIT_AFTER;
    return sync_file_range(file_descriptor, offset, length, flags) == 0 ? 0 : errno;
}

int twin_file_allocate(int file_descriptor, off_t offset, off_t length) {
    for (;;) {
        if (fallocate(file_descriptor, 0, offset, length) == 0) { return 0; }
        if (errno != EINTR) { return errno; }
    }
}

int twin_clock_offset_seconds(double *offset) {
    // No mode: only asks, which needs no right.
    struct timex clock = {.modes = 0};
    int state = adjtimex(&clock);
    if (state < 0 || state == TIME_ERROR || (clock.status & STA_UNSYNC) != 0) { return -1; }
    double unit = (clock.status & STA_NANO) != 0 ? NANOSECONDS_PER_SECOND : MICROSECONDS_PER_SECOND;
    *offset = (double)clock.offset / unit;
    return 0;
}

static void end_quietly(int number) {
    (void)number;
    _exit(0);
}

void twin_signals_end_quietly(void) {
    struct sigaction action = {.sa_handler = end_quietly};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
}
