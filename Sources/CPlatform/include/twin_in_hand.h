// What one thread has in hand, in memory that outlives the process: a page of a mapped file.
//
// The thread writes the page with plain stores, no system call. When a signal of its own doing ends
// the process, a handler marks the page; a kill from outside and a power cut never do.
#ifndef TWIN_IN_HAND_H
#define TWIN_IN_HAND_H

#include <stddef.h>
#include <stdint.h>

/// Of the mapped memory, all of it.
#define TWIN_IN_HAND_BYTES 4096
/// The first eight bytes of a page that this code has written: "TWINHND1".
#define TWIN_IN_HAND_FORMAT UINT64_C(0x31444e484e495754)
/// A longer text is cut: `server/` and a key of 128 bytes fit.
#define TWIN_IN_HAND_TEXT_MAX 160

/// Nothing is in hand.
#define TWIN_HELD_NOTHING 0
/// A whole message, named by its destination.
#define TWIN_HELD_MESSAGE 1
/// One input of one twin, named by the twin's key.
#define TWIN_HELD_INPUT 2

struct twin_in_hand;

/// Makes the page ours and empty, unless it is ours already. Not for hot paths.
void twin_in_hand_prepare(struct twin_in_hand *page);

/// From here on this message is in hand.
void twin_in_hand_hold_message(struct twin_in_hand *page, const void *text, size_t count,
                               uint64_t digest);

/// From here on this input is in hand; the message is kept beside it.
void twin_in_hand_hold_input(struct twin_in_hand *page, const void *text, size_t count,
                             uint64_t digest);

/// Says what is in hand of what the page keeps: one of TWIN_HELD_….
void twin_in_hand_keep(struct twin_in_hand *page, uint32_t held);

/// Notes that `signal` ends the process, if anything is in hand. Async-signal-safe.
void twin_in_hand_mark(struct twin_in_hand *page, int signal);

/// The marking signal; 0 = the page is not marked.
int twin_in_hand_signal(const struct twin_in_hand *page);

/// What is in hand, or was when the process ended: one of TWIN_HELD_….
uint32_t twin_in_hand_held(const struct twin_in_hand *page);

/// Copies the text of the message or the input, as `held` says, and its digest. Returns the
/// number of bytes, at most `room`.
size_t twin_in_hand_text(const struct twin_in_hand *page, uint32_t held, void *to, size_t room,
                         uint64_t *digest);

/// Takes the mark away; nothing is in hand.
void twin_in_hand_clear(struct twin_in_hand *page);

/// Watches the calling thread: when it ends the process by SIGILL, SIGTRAP, SIGABRT, SIGSEGV,
/// SIGBUS or SIGFPE the page is marked, and the signal goes on to whoever handled it before: by
/// default, to the end of the process. Signals of other threads go on unmarked. The handler runs
/// on a stack of its own, because a thread may end for lack of stack. One page and thread of a
/// process is watched, the last one named. Returns 0 or an errno.
int twin_in_hand_watch(struct twin_in_hand *page);

/// The page is about to go: nobody is watched any more, if it was this page.
void twin_in_hand_unwatch(struct twin_in_hand *page);

/// A 64-bit digest of bytes, the same on every machine and in every release; not against malice.
/// About 10 bytes in a nanosecond.
uint64_t twin_digest(const void *bytes, size_t length, uint64_t seed);

#endif
