// msgpack-c as Swift sees it: its packers and its parser, bounded.
//
// Both are the library's own header-only templates (`pack_template.h`, `unpack_template.h`), so
// there is nothing to link: whether Debian calls the shared library `libmsgpackc` or `libmsgpack-c`
// does not matter, only that the headers are installed.
//
// `msgpack_unpack_next` is not used. It builds whole trees, and allocates for an `array 32` of four
// billion elements as soon as it has read the five bytes that declare it. Here the parser is
// instantiated with callbacks that stop it at every container and copy nothing, so that the cursor
// above it sees each declared length before anything acts on it.
#ifndef TWIN_CMSGPACK_SHIM_H
#define TWIN_CMSGPACK_SHIM_H

#include <msgpack/pack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// ---- Packing: one scalar or one header at a time ------------------------------------------

#define TWIN_MSGPACK_HEAD_MAX 9  // the type byte and eight bytes of number

/// What one packer wrote: a scalar, or the header of a string, binary, array or map.
typedef struct {
    uint8_t bytes[TWIN_MSGPACK_HEAD_MAX];
    uint8_t count;
} twin_msgpack_head;

static inline int twin_msgpack_head_write(void *data, const char *bytes, size_t length) {
    twin_msgpack_head *head = (twin_msgpack_head *)data;
    if (length > (size_t)(TWIN_MSGPACK_HEAD_MAX - head->count)) { return -1; }
    memcpy(head->bytes + head->count, bytes, length);
    head->count = (uint8_t)(head->count + length);
    return 0;
}

#define TWIN_MSGPACK_PACK(NAME, PARAMETERS, CALL)                      \
    static inline twin_msgpack_head twin_msgpack_pack_##NAME PARAMETERS { \
        twin_msgpack_head head = {{0}, 0};                             \
        msgpack_packer packer;                                         \
        msgpack_packer_init(&packer, &head, twin_msgpack_head_write);  \
        CALL;                                                          \
        return head;                                                   \
    }

TWIN_MSGPACK_PACK(true, (void), msgpack_pack_true(&packer))
TWIN_MSGPACK_PACK(false, (void), msgpack_pack_false(&packer))
TWIN_MSGPACK_PACK(int64, (int64_t value), msgpack_pack_int64(&packer, value))
TWIN_MSGPACK_PACK(uint64, (uint64_t value), msgpack_pack_uint64(&packer, value))
TWIN_MSGPACK_PACK(float, (float value), msgpack_pack_float(&packer, value))
TWIN_MSGPACK_PACK(double, (double value), msgpack_pack_double(&packer, value))
TWIN_MSGPACK_PACK(str, (uint32_t bytes), msgpack_pack_str(&packer, bytes))
TWIN_MSGPACK_PACK(bin, (uint32_t bytes), msgpack_pack_bin(&packer, bytes))
TWIN_MSGPACK_PACK(array, (uint32_t items), msgpack_pack_array(&packer, items))
TWIN_MSGPACK_PACK(map, (uint32_t pairs), msgpack_pack_map(&packer, pairs))

#undef TWIN_MSGPACK_PACK

// ---- Unpacking: one scalar, one body or one header at a time ------------------------------

enum {
    TWIN_MSGPACK_INVALID = 0,    // 0xc1, which begins no value, or an ext longer than 32 bits
    TWIN_MSGPACK_TRUNCATED = 1,  // goes on past the end: `length` bytes from `body` are wanted
    TWIN_MSGPACK_NIL = 2,
    TWIN_MSGPACK_BOOL = 3,   // `bits` is 0 or 1
    TWIN_MSGPACK_UINT = 4,   // `bits` is the number
    TWIN_MSGPACK_INT = 5,    // `bits` is the number in two's complement
    TWIN_MSGPACK_FLOAT = 6,  // `bits` is the bit pattern, in the low half
    TWIN_MSGPACK_DOUBLE = 7,
    TWIN_MSGPACK_STR = 8,    // `length` bytes at `body`
    TWIN_MSGPACK_BIN = 9,
    TWIN_MSGPACK_EXT = 10,   // the type byte included
    TWIN_MSGPACK_ARRAY = 11, // `length` items follow at `next`
    TWIN_MSGPACK_MAP = 12    // `length` pairs follow at `next`
};

/// One step of the parser. Offsets count from the start of the bytes.
typedef struct {
    uint8_t kind;
    uint8_t truncated_kind;  // of a truncated value: STR, BIN or EXT if its body is short, else 0
    uint32_t length;
    uint64_t bits;
    size_t body;
    size_t next;
} twin_msgpack_item;

typedef uint8_t twin_msgpack_no_object;  // the parser's own tree, which we never build

#define TWIN_MSGPACK_STOP (-100)  // differs from every code of the parser itself
#define TWIN_MSGPACK_SCALAR(NAME, TYPE, KIND, BITS)                                             \
    static inline int twin_msgpack_parser##NAME(twin_msgpack_item *item, TYPE value,            \
                                                twin_msgpack_no_object *object) {               \
        (void)object;                                                                           \
        item->kind = (KIND);                                                                    \
        item->bits = (BITS);                                                                    \
        return 0;                                                                               \
    }
#define TWIN_MSGPACK_CONSTANT(NAME, KIND, BITS)                                                 \
    static inline int twin_msgpack_parser##NAME(twin_msgpack_item *item,                        \
                                                twin_msgpack_no_object *object) {               \
        (void)object;                                                                           \
        item->kind = (KIND);                                                                    \
        item->bits = (BITS);                                                                    \
        return 0;                                                                               \
    }
#define TWIN_MSGPACK_BODY(NAME, KIND)                                                           \
    static inline int twin_msgpack_parser##NAME(twin_msgpack_item *item, const char *base,      \
                                                const char *body, unsigned int length,          \
                                                twin_msgpack_no_object *object) {               \
        (void)base; (void)body; (void)object;                                                   \
        item->kind = (KIND);                                                                    \
        item->length = length;                                                                  \
        return 0;                                                                               \
    }
#define TWIN_MSGPACK_CONTAINER(NAME, KIND)                                                      \
    static inline int twin_msgpack_parser##NAME(twin_msgpack_item *item, unsigned int count,    \
                                                twin_msgpack_no_object *object) {               \
        (void)object;                                                                           \
        item->kind = (KIND);                                                                    \
        item->length = count;                                                                   \
        return TWIN_MSGPACK_STOP;                                                               \
    }

static inline uint64_t twin_msgpack_float_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline uint64_t twin_msgpack_double_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

TWIN_MSGPACK_CONSTANT(_nil, TWIN_MSGPACK_NIL, 0)
TWIN_MSGPACK_CONSTANT(_true, TWIN_MSGPACK_BOOL, 1)
TWIN_MSGPACK_CONSTANT(_false, TWIN_MSGPACK_BOOL, 0)
TWIN_MSGPACK_SCALAR(_uint8, uint8_t, TWIN_MSGPACK_UINT, value)
TWIN_MSGPACK_SCALAR(_uint16, uint16_t, TWIN_MSGPACK_UINT, value)
TWIN_MSGPACK_SCALAR(_uint32, uint32_t, TWIN_MSGPACK_UINT, value)
TWIN_MSGPACK_SCALAR(_uint64, uint64_t, TWIN_MSGPACK_UINT, value)
TWIN_MSGPACK_SCALAR(_int8, int8_t, TWIN_MSGPACK_INT, (uint64_t)(int64_t)value)
TWIN_MSGPACK_SCALAR(_int16, int16_t, TWIN_MSGPACK_INT, (uint64_t)(int64_t)value)
TWIN_MSGPACK_SCALAR(_int32, int32_t, TWIN_MSGPACK_INT, (uint64_t)(int64_t)value)
TWIN_MSGPACK_SCALAR(_int64, int64_t, TWIN_MSGPACK_INT, (uint64_t)value)
TWIN_MSGPACK_SCALAR(_float, float, TWIN_MSGPACK_FLOAT, twin_msgpack_float_bits(value))
TWIN_MSGPACK_SCALAR(_double, double, TWIN_MSGPACK_DOUBLE, twin_msgpack_double_bits(value))
TWIN_MSGPACK_BODY(_str, TWIN_MSGPACK_STR)
TWIN_MSGPACK_BODY(_bin, TWIN_MSGPACK_BIN)
TWIN_MSGPACK_BODY(_ext, TWIN_MSGPACK_EXT)
TWIN_MSGPACK_CONTAINER(_array, TWIN_MSGPACK_ARRAY)
TWIN_MSGPACK_CONTAINER(_map, TWIN_MSGPACK_MAP)

static inline twin_msgpack_no_object twin_msgpack_parser_root(twin_msgpack_item *item) {
    (void)item;
    return 0;
}

// Never reached, as every container stops the parser; the template names them.
static inline int twin_msgpack_parser_array_item(twin_msgpack_item *item,
                                                 twin_msgpack_no_object *container,
                                                 twin_msgpack_no_object object) {
    (void)item; (void)container; (void)object;
    return TWIN_MSGPACK_STOP;
}

static inline int twin_msgpack_parser_map_item(twin_msgpack_item *item,
                                               twin_msgpack_no_object *container,
                                               twin_msgpack_no_object key,
                                               twin_msgpack_no_object value) {
    (void)item; (void)container; (void)key; (void)value;
    return TWIN_MSGPACK_STOP;
}

#undef TWIN_MSGPACK_SCALAR
#undef TWIN_MSGPACK_CONSTANT
#undef TWIN_MSGPACK_BODY
#undef TWIN_MSGPACK_CONTAINER

#define MSGPACK_EMBED_STACK_SIZE 1  // containers stop the parser, so it never nests
#include <msgpack/unpack_define.h>

#define msgpack_unpack_struct(name) struct twin_msgpack_parser##name
#define msgpack_unpack_func(result, name) static inline result twin_msgpack_parser##name
#define msgpack_unpack_callback(name) twin_msgpack_parser##name
#define msgpack_unpack_object twin_msgpack_no_object
#define msgpack_unpack_user twin_msgpack_item
// The codes of msgpack/unpack.h, which this file does not need otherwise.
#define MSGPACK_UNPACK_PARSE_ERROR (-1)
#define MSGPACK_UNPACK_NOMEM_ERROR (-2)
#include <msgpack/unpack_template.h>
#undef MSGPACK_UNPACK_PARSE_ERROR
#undef MSGPACK_UNPACK_NOMEM_ERROR

/// Parses the scalar, body or container header at `offset` (below `length`). Allocates nothing.
static inline twin_msgpack_item twin_msgpack_read(const uint8_t *bytes, size_t length,
                                                  size_t offset) {
    struct twin_msgpack_parser_context context;
    memset(&context.user, 0, sizeof context.user);
    twin_msgpack_parser_init(&context);
    size_t end = offset;
    int result = twin_msgpack_parser_execute(&context, (const char *)bytes, length, &end);
    twin_msgpack_item item = context.user;
    if (result == 1) {
        item.next = end;
        item.body = end - item.length;
        if (item.kind == TWIN_MSGPACK_EXT && item.length == 0) {
            item.kind = TWIN_MSGPACK_INVALID;  // 2^32 - 1 bytes and a type: the sum wrapped around
        }
    } else if (result == TWIN_MSGPACK_STOP) {
        item.next = end + 1;
    } else if (result == 0) {
        item.kind = TWIN_MSGPACK_TRUNCATED;
        item.truncated_kind = context.cs == MSGPACK_ACS_STR_VALUE   ? TWIN_MSGPACK_STR
                              : context.cs == MSGPACK_ACS_BIN_VALUE ? TWIN_MSGPACK_BIN
                              : context.cs == MSGPACK_ACS_EXT_VALUE ? TWIN_MSGPACK_EXT
                                                                    : 0;
        item.length = context.trail;
        item.body = end;
    } else {
        item.kind = TWIN_MSGPACK_INVALID;
    }
    return item;
}

#endif
