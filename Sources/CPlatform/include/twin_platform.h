// What Linux and the processor offer and Swift's Glibc module does not.
#ifndef TWIN_PLATFORM_H
#define TWIN_PLATFORM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `length` bytes, continued from `crc`; 0 begins.
/// `twin_crc32c(twin_crc32c(0, a), b)` is the checksum of `a` followed by `b`. Uses the processor's
/// instruction where there is one (about 8 bytes in a nanosecond), else the table.
uint32_t twin_crc32c(uint32_t crc, const void *bytes, size_t length);

/// The same by table alone: what processors without the instruction run; tests compare the two.
uint32_t twin_crc32c_software(uint32_t crc, const void *bytes, size_t length);

/// Names the calling thread, for `top -H` and core files. At most 15 bytes.
/// Returns 0, or ERANGE if the name is longer.
int twin_thread_set_name(const char *name);

/// Reserves `length` bytes of disk for the file from `offset` on and makes the file that long.
/// Returns 0 or an errno, such as ENOSPC. Retries EINTR.
int twin_file_allocate(int file_descriptor, off_t offset, off_t length);

/// Writes out what is not on the disk yet of `length` bytes from `offset` on, and waits for it.
/// Makes nothing durable: a later sync has less to do. Returns 0 or an errno.
int twin_file_write_out(int file_descriptor, off_t offset, off_t length);

/// Nanoseconds since boot, without the time the machine was suspended. Never steps back.
uint64_t twin_monotonic_nanoseconds(void);

/// Nanoseconds since boot, suspension included. Never steps back.
uint64_t twin_boottime_nanoseconds(void);

/// The seconds by which the kernel still has to correct the wall clock, as its time servers
/// measured them (`adjtimex`); positive when the clock is behind. A daemon that steers the
/// clock's rate itself, as chrony does, leaves 0 here while it is synchronised. Returns 0, or
/// -1 when nobody synchronises the clock or the kernel does not tell.
int twin_clock_offset_seconds(double *offset);

/// From now on SIGTERM and SIGINT end the process at once with exit code 0, as a stop does that
/// finds nothing to finish. For the time before a service has its own handlers: they replace these.
void twin_signals_end_quietly(void);

/// The child gets SIGTERM when the calling *thread* ends, kill -9 of the whole process included.
#define TWIN_SPAWN_ENDS_WITH_PARENT 1
/// The child leads its own session, without a terminal. Otherwise it leads its own process group,
/// so that Ctrl-C at the terminal does not reach it.
#define TWIN_SPAWN_NEW_SESSION 2

/// Runs `path` with null-terminated `arguments` and `environment`, nothing on standard input and
/// both outputs to the file descriptor `output`. The child has default signal handling and no
/// other open file. Returns 0 and the process id, or the errno of the step that failed, `execve`
/// included.
int twin_spawn(const char *path, char *const arguments[], char *const environment[], int output,
               int flags, pid_t *process);

#endif
