#ifndef TWIN_ALLOCATIONS_H
#define TWIN_ALLOCATIONS_H

#include <stdint.h>

/// Blocks that the calling thread has asked the heap for since it began: `malloc`, `calloc`,
/// `realloc` and the aligned ones, by whomever in the process.
uint64_t twin_allocations(void);

#endif
