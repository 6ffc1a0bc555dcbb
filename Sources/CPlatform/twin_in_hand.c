#define _GNU_SOURCE
#include "twin_in_hand.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct held {
    uint64_t digest;
    uint32_t count;
    uint8_t text[TWIN_IN_HAND_TEXT_MAX];
};

struct twin_in_hand {
    uint64_t format;
    // Volatile: nobody in this process reads them, and a trap must find them written.
    volatile uint32_t signal;
    volatile uint32_t held;
    struct held message;
    struct held input;
};

_Static_assert(sizeof(struct twin_in_hand) <= TWIN_IN_HAND_BYTES, "one page");

void twin_in_hand_prepare(struct twin_in_hand *page) {
    if (page->format == TWIN_IN_HAND_FORMAT) { return; }
    memset(page, 0, sizeof *page);
    page->format = TWIN_IN_HAND_FORMAT;
}

static void fill(struct held *held, const void *text, size_t count, uint64_t digest) {
    if (count > TWIN_IN_HAND_TEXT_MAX) { count = TWIN_IN_HAND_TEXT_MAX; }
    held->digest = digest;
    held->count = (uint32_t)count;
    if (count > 0) { memcpy(held->text, text, count); }
    // The thread's own handler must see the text before it sees that it is held.
    atomic_signal_fence(memory_order_seq_cst);
}

void twin_in_hand_hold_message(struct twin_in_hand *page, const void *text, size_t count,
                               uint64_t digest) {
    page->held = TWIN_HELD_NOTHING;
    fill(&page->message, text, count, digest);
    page->held = TWIN_HELD_MESSAGE;
}

void twin_in_hand_hold_input(struct twin_in_hand *page, const void *text, size_t count,
                             uint64_t digest) {
    page->held = TWIN_HELD_NOTHING;
    fill(&page->input, text, count, digest);
    page->held = TWIN_HELD_INPUT;
}

void twin_in_hand_keep(struct twin_in_hand *page, uint32_t held) { page->held = held; }

void twin_in_hand_mark(struct twin_in_hand *page, int signal) {
    if (page->held != TWIN_HELD_NOTHING) { page->signal = (uint32_t)signal; }
}

int twin_in_hand_signal(const struct twin_in_hand *page) { return (int)page->signal; }

uint32_t twin_in_hand_held(const struct twin_in_hand *page) { return page->held; }

size_t twin_in_hand_text(const struct twin_in_hand *page, uint32_t held, void *to, size_t room,
                         uint64_t *digest) {
    if (held == TWIN_HELD_NOTHING) { return 0; }
    const struct held *found = held == TWIN_HELD_MESSAGE ? &page->message : &page->input;
    size_t count = found->count;
    // The file may be anything.
    if (count > TWIN_IN_HAND_TEXT_MAX) { count = TWIN_IN_HAND_TEXT_MAX; }
    if (count > room) { count = room; }
    memcpy(to, found->text, count);
    *digest = found->digest;
    return count;
}

void twin_in_hand_clear(struct twin_in_hand *page) {
    page->held = TWIN_HELD_NOTHING;
    page->signal = 0;
}

// MARK: the handler

static const int signals[] = {SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE};
#define SIGNAL_COUNT (sizeof signals / sizeof signals[0])
#define HANDLER_STACK_BYTES (64 * 1024)

static struct sigaction previous[SIGNAL_COUNT];
static _Atomic(struct twin_in_hand *) watched_page;
static _Atomic pid_t watched_thread;
static atomic_flag is_installed = ATOMIC_FLAG_INIT;

static void ended(int signal, siginfo_t *information, void *context) {
    (void)information;
    (void)context;
    int kept = errno;
    struct twin_in_hand *page = atomic_load(&watched_page);
    if (page != NULL && gettid() == atomic_load(&watched_thread)) {
        twin_in_hand_mark(page, signal);
    }
    for (size_t index = 0; index < SIGNAL_COUNT; index++) {
        if (signals[index] == signal) { (void)sigaction(signal, &previous[index], NULL); }
    }
    // Blocked until this handler returns, then taken by whoever handled it before us.
    (void)raise(signal);
    errno = kept;
}

static int use_own_stack(void) {
    stack_t stack;
    if (sigaltstack(NULL, &stack) != 0) { return errno; }
    if ((stack.ss_flags & SS_DISABLE) == 0) { return 0; }
    void *memory = mmap(NULL, HANDLER_STACK_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) { return errno; }
    // Never given back: the thread runs as long as the process.
    stack = (stack_t){.ss_sp = memory, .ss_size = HANDLER_STACK_BYTES, .ss_flags = 0};
    return sigaltstack(&stack, NULL) == 0 ? 0 : errno;
}

int twin_in_hand_watch(struct twin_in_hand *page) {
    int problem = use_own_stack();
    if (problem != 0) { return problem; }
    atomic_store(&watched_thread, gettid());
    atomic_store(&watched_page, page);
    // The second time these handlers would be handlers of themselves.
    if (atomic_flag_test_and_set(&is_installed)) { return 0; }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = ended;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    (void)sigemptyset(&action.sa_mask);
    for (size_t index = 0; index < SIGNAL_COUNT; index++) {
        if (sigaction(signals[index], &action, &previous[index]) != 0) { return errno; }
    }
    return 0;
}

void twin_in_hand_unwatch(struct twin_in_hand *page) {
    struct twin_in_hand *watched = page;
    (void)atomic_compare_exchange_strong(&watched_page, &watched, NULL);
}

// MARK: the digest

// Odd constants of many mixed bits: the fractions of the square roots of 2, 3, 5 and 7.
#define MIX_A UINT64_C(0x6a09e667f3bcc909)
#define MIX_B UINT64_C(0xbb67ae8584caa73b)
#define MIX_C UINT64_C(0x3c6ef372fe94f82b)
#define MIX_D UINT64_C(0xa54ff53a5f1d36f1)
#define ROUND_BYTES 32

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the digest reads words as they lie");

static inline uint64_t word(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint64_t fold(uint64_t left, uint64_t right) {
    __uint128_t product = (__uint128_t)left * right;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t twin_digest(const void *bytes, size_t length, uint64_t seed) {
    const uint8_t *next = bytes;
    uint64_t even = seed ^ MIX_A;
    uint64_t odd = fold(seed ^ MIX_B, (uint64_t)length ^ MIX_C);
    size_t left = length;
    for (; left >= ROUND_BYTES; left -= ROUND_BYTES, next += ROUND_BYTES) {
        even = fold(word(next) ^ even, word(next + 8) ^ MIX_B);
        odd = fold(word(next + 16) ^ odd, word(next + 24) ^ MIX_D);
    }
    if (left > 0) {
        uint8_t tail[ROUND_BYTES] = {0};
        const uint8_t *last = tail;
        if (length >= ROUND_BYTES) {
            // The last whole round of bytes: some of them count twice, none is copied.
            last = next + left - ROUND_BYTES;
        } else {
            memcpy(tail, next, left);
        }
        even = fold(word(last) ^ even, word(last + 8) ^ MIX_B);
        odd = fold(word(last + 16) ^ odd, word(last + 24) ^ MIX_D);
    }
    return fold(even ^ MIX_C, odd ^ MIX_D);
}
