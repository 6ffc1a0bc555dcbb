// CRC-32C by the processor's instruction (SSE 4.2, ARMv8 CRC) or by table, eight bytes at a time.
#include "twin_platform.h"

#include <string.h>

#define POLYNOMIAL_REFLECTED UINT32_C(0x82f63b78)
#define LANES 8

// table[k][b] is the checksum of byte b followed by k zero bytes.
static uint32_t table[LANES][256];

__attribute__((constructor)) static void fill_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1) ? POLYNOMIAL_REFLECTED : 0);
        }
        table[0][byte] = crc;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (int lane = 1; lane < LANES; lane++) {
            uint32_t shorter = table[lane - 1][byte];
            table[lane][byte] = (shorter >> 8) ^ table[0][shorter & 0xff];
        }
    }
}

uint32_t twin_crc32c_software(uint32_t crc, const void *bytes, size_t length) {
    const uint8_t *next = bytes;
    crc = ~crc;
    for (; length >= LANES; length -= LANES, next += LANES) {
        crc = table[7][next[0] ^ (crc & 0xff)] ^ table[6][next[1] ^ ((crc >> 8) & 0xff)] ^
              table[5][next[2] ^ ((crc >> 16) & 0xff)] ^ table[4][next[3] ^ (crc >> 24)] ^
              table[3][next[4]] ^ table[2][next[5]] ^ table[1][next[6]] ^ table[0][next[7]];
    }
    for (; length > 0; length--, next++) {
        crc = (crc >> 8) ^ table[0][(crc ^ *next) & 0xff];
    }
    return ~crc;
}

#if defined(__x86_64__)

#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t crc32c_hardware(uint32_t crc, const void *bytes,
                                                                  size_t length) {
    const uint8_t *next = bytes;
    uint64_t wide = (uint32_t)~crc;
    for (; length >= sizeof(uint64_t); length -= sizeof(uint64_t), next += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, next, sizeof word);
        wide = _mm_crc32_u64(wide, word);
    }
    uint32_t narrow = (uint32_t)wide;
    for (; length > 0; length--, next++) { narrow = _mm_crc32_u8(narrow, *next); }
    return ~narrow;
}

static int has_hardware(void) { return __builtin_cpu_supports("sse4.2"); }

#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)

#include <arm_acle.h>

static uint32_t crc32c_hardware(uint32_t crc, const void *bytes, size_t length) {
    const uint8_t *next = bytes;
    crc = ~crc;
    for (; length >= sizeof(uint64_t); length -= sizeof(uint64_t), next += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, next, sizeof word);
        crc = __crc32cd(crc, word);
    }
    for (; length > 0; length--, next++) { crc = __crc32cb(crc, *next); }
    return ~crc;
}

static int has_hardware(void) { return 1; }

#else

static uint32_t crc32c_hardware(uint32_t crc, const void *bytes, size_t length) {
    return twin_crc32c_software(crc, bytes, length);
}

static int has_hardware(void) { return 0; }

#endif

uint32_t twin_crc32c(uint32_t crc, const void *bytes, size_t length) {
    return has_hardware() ? crc32c_hardware(crc, bytes, length)
                          : twin_crc32c_software(crc, bytes, length);
}
