#define _GNU_SOURCE
#include "twin_platform.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <time.h>

#define NANOSECONDS_PER_SECOND UINT64_C(1000000000)

static uint64_t nanoseconds(clockid_t which) {
    struct timespec now = {0, 0};
    // Fails only for a clock the kernel does not have; both are as old as Linux 2.6.39.
    (void)clock_gettime(which, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS_PER_SECOND + (uint64_t)now.tv_nsec;
}

uint64_t twin_monotonic_nanoseconds(void) { return nanoseconds(CLOCK_MONOTONIC); }

uint64_t twin_boottime_nanoseconds(void) { return nanoseconds(CLOCK_BOOTTIME); }

int twin_thread_set_name(const char *name) { return pthread_setname_np(pthread_self(), name); }

int twin_file_allocate(int file_descriptor, off_t offset, off_t length) {
    for (;;) {
        if (fallocate(file_descriptor, 0, offset, length) == 0) { return 0; }
        if (errno != EINTR) { return errno; }
    }
}
