/*
 * file.c - bytes of a file that may be packed, told by its first bytes rather than its
 * name: standard input has none.  A packed format that is not read here is named,
 * instead of being taken for damaged text.
 *
 * A file that ends within its packed data is an error and no end, or half a catalog
 * would pass for one.  A signal during a read is ERR_STOPPED: who waits at a pipe can be
 * ended, and what was read is still there for the next call.
 *
 *  (1) at <= have <= INPUT_BYTES: between them lies what was read and not decoded.
 */
#include "alignd/base/file.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lzma.h>
#include <zlib.h>

#define INPUT_BYTES ((size_t)256 << 10)
#define XZ_MEMORY_BYTES ((uint64_t)2 << 30) /* the largest dictionary of xz is 1.5 GiB */
#define MAGIC_BYTES 6

enum format { FORMAT_PLAIN, FORMAT_GZIP, FORMAT_XZ };

struct file {
    char *name;
    int fd;
    enum format format;
    uint64_t position, size; /* bytes read from fd, and in all */
    size_t at, have;         /* of input: next byte, end */
    bool input_ended;        /* the descriptor is at its end */
    bool ended;              /* so is the stream in it */
    bool between;            /* gzip: a member ended here */
    z_stream gzip;
    lzma_stream xz;
    unsigned char input[INPUT_BYTES];
};

static const struct magic {
    unsigned char bytes[MAGIC_BYTES];
    size_t length;
    const char *unread; /* the name of a format that is not read here */
    enum format format;
} magics[] = {
    {{0x1f, 0x8b, 0x08}, 3, NULL, FORMAT_GZIP},
    {{0xfd, '7', 'z', 'X', 'Z', 0}, 6, NULL, FORMAT_XZ},
    {{0x28, 0xb5, 0x2f, 0xfd}, 4, "zstd", FORMAT_PLAIN},
    {{'P', 'K', 3, 4}, 4, "zip", FORMAT_PLAIN},
    {{'B', 'Z', 'h', '1', '1', 'A'}, 6, "bzip2", FORMAT_PLAIN}, /* the level (4th) varies */
};

/* Reads from the descriptor: 0 bytes at its end. */
static int read_some(struct file *file, void *out, size_t size, size_t *ret_n)
{
    assert(size);
    ssize_t n = read(file->fd, out, size < SSIZE_MAX ? size : SSIZE_MAX);
    if (n < 0 && errno == EINTR)
        return ERR_STOPPED;
    if (n < 0) {
        log_error("%s: %s", file->name, strerror(errno));
        return ERR_IO;
    }
    file->input_ended = n == 0;
    assert((size_t)n <= size);
    file->position += (uint64_t)n;
    *ret_n = (size_t)n;
    return ERR_OK;
}

/* Reads on behind what is left of the input. */
static int fill(struct file *file)
{
    size_t n = 0;
    assert(file->at <= file->have && file->have <= INPUT_BYTES); /* (1) */
    memmove(file->input, file->input + file->at, file->have - file->at);
    file->have -= file->at;
    file->at = 0;
    int rc = read_some(file, file->input + file->have, INPUT_BYTES - file->have, &n);
    file->have += n;
    return rc;
}

static bool magic_fits(const struct magic *magic, const unsigned char *bytes, size_t n)
{
    assert(magic->length <= MAGIC_BYTES);
    unsigned char copy[MAGIC_BYTES];
    if (n < magic->length)
        return false;
    memcpy(copy, bytes, magic->length);
    if (magic->bytes[0] == 'B' && copy[3] >= '1' && copy[3] <= '9')
        copy[3] = '1';
    return memcmp(copy, magic->bytes, magic->length) == 0;
}

static int detect(struct file *file)
{
    assert(!file->have && !file->at);
    int rc = ERR_OK;
    while (!rc && file->have < MAGIC_BYTES && !file->input_ended)
        rc = fill(file);
    for (size_t i = 0; !rc && i < sizeof(magics) / sizeof(*magics); i++) {
        if (!magic_fits(&magics[i], file->input, file->have))
            continue;
        file->format = magics[i].format;
        if (magics[i].unread) {
            log_error("%s: %s is not read here: decompress it, or pipe it into '-'", file->name,
                      magics[i].unread);
            rc = ERR_FORMAT;
        }
    }
    return rc;
}

static void start_decoder(struct file *file)
{
    bool ok = true; /* it is asked for nothing that it might not know */
    if (file->format == FORMAT_GZIP)
        ok = inflateInit2(&file->gzip, 16 + MAX_WBITS) == Z_OK;
    else if (file->format == FORMAT_XZ)
        ok = lzma_stream_decoder(&file->xz, XZ_MEMORY_BYTES, LZMA_CONCATENATED) == LZMA_OK;
    if (!ok)
        memory_exhausted(0);
}

static int open_descriptor(const char *path, struct file *file)
{
    assert(file->fd < 0);
    struct stat st;
    file->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (file->fd < 0) {
        int rc = errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
        log_error("%s: %s", file->name, strerror(errno));
        return rc;
    }
    if (fstat(file->fd, &st) == 0) {
        if (S_ISDIR(st.st_mode)) {
            log_error("%s: %s", file->name, strerror(EISDIR));
            return ERR_IO;
        }
        if (S_ISREG(st.st_mode))
            file->size = (uint64_t)st.st_size;
    }
    posix_fadvise(file->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return ERR_OK;
}

int file_open(const char *path, struct file **ret_file)
{
    struct file *file = memory_calloc(1, sizeof(*file));
    file->fd = -1;
    file->name = memory_strdup(strcmp(path, "-") == 0 ? "standard input" : path);
    int rc = open_descriptor(path, file);
    if (rc)
        goto done;
    rc = detect(file);
    if (rc)
        goto done;
    start_decoder(file);
    *ret_file = file;
    file = NULL;
done:
    file_close(file);
    return rc;
}

void file_close(struct file *file)
{
    if (!file)
        return;
    inflateEnd(&file->gzip); /* says no to what never began */
    lzma_end(&file->xz);
    if (file->fd > STDIN_FILENO)
        close(file->fd);
    free(file->name);
    free(file);
}

static int damaged(const struct file *file, const char *how)
{
    log_error("%s: at byte %llu: %s", file->name, (unsigned long long)file_position(file), how);
    return ERR_FORMAT;
}

static int read_plain(struct file *file, char *out, size_t size, size_t *ret_n)
{
    assert(file->format == FORMAT_PLAIN && file->at <= file->have);
    size_t left = file->have - file->at;
    if (!left && !file->input_ended)
        return read_some(file, out, size, ret_n);
    *ret_n = left < size ? left : size;
    memcpy(out, file->input + file->at, *ret_n);
    file->at += *ret_n;
    return ERR_OK;
}

/* Between two members of a gzip file: padding with zeros is passed over, as gzip
 * does, and anything else must be a member. */
static int next_member(struct file *file)
{
    assert(file->between && file->at <= file->have);
    while (file->at < file->have && file->input[file->at] == 0)
        file->at++;
    if (file->at == file->have) {
        file->ended = file->input_ended;
        return ERR_OK;
    }
    if (file->input[file->at] != 0x1f)
        return damaged(file, "something that is not gzip follows the compressed data");
    inflateReset(&file->gzip);
    file->between = false;
    return ERR_OK;
}

static int decode_gzip(struct file *file, char *out, size_t size, size_t *ret_n)
{
    z_stream *z = &file->gzip;
    if (file->between)
        return next_member(file);
    z->next_in = file->input + file->at;
    z->avail_in = (uInt)(file->have - file->at);
    z->next_out = (unsigned char *)out;
    z->avail_out = size < UINT_MAX ? (uInt)size : UINT_MAX;

    int status = inflate(z, Z_NO_FLUSH);
    file->at = file->have - z->avail_in;
    *ret_n = (size_t)(z->next_out - (unsigned char *)out);
    assert(file->at <= file->have && *ret_n <= size);
    if (status == Z_STREAM_END)
        file->between = true;
    else if (status == Z_MEM_ERROR)
        memory_exhausted(0);
    else if (status != Z_OK && status != Z_BUF_ERROR)
        return damaged(file, z->msg ? z->msg : "damaged gzip data");
    else if (!*ret_n && file->at == file->have && file->input_ended)
        return damaged(file, "the gzip data is cut short");
    return ERR_OK;
}

static int decode_xz(struct file *file, char *out, size_t size, size_t *ret_n)
{
    lzma_stream *x = &file->xz;
    x->next_in = file->input + file->at;
    x->avail_in = file->have - file->at;
    x->next_out = (unsigned char *)out;
    x->avail_out = size;

    lzma_ret status = lzma_code(x, file->input_ended ? LZMA_FINISH : LZMA_RUN);
    file->at = file->have - x->avail_in;
    *ret_n = size - x->avail_out;
    assert(file->at <= file->have && *ret_n <= size);
    switch (status) {
    case LZMA_OK:
        return ERR_OK;
    case LZMA_STREAM_END:
        file->ended = true;
        return ERR_OK;
    case LZMA_BUF_ERROR: /* no progress; fatal only when there is no more to come */
        return file->input_ended ? damaged(file, "the xz data is cut short") : ERR_OK;
    case LZMA_MEM_ERROR:
        memory_exhausted(0);
    case LZMA_MEMLIMIT_ERROR:
        return damaged(file, "needs more than 2 GiB of memory to decompress");
    case LZMA_FORMAT_ERROR:
        return damaged(file, "something that is not xz follows the compressed data");
    case LZMA_OPTIONS_ERROR:
        return damaged(file, "a variant of xz that is not supported");
    default:
        return damaged(file, "damaged xz data");
    }
}

static int decode(struct file *file, char *out, size_t size, size_t *ret_n)
{
    return file->format == FORMAT_GZIP ? decode_gzip(file, out, size, ret_n)
                                       : decode_xz(file, out, size, ret_n);
}

int file_read(struct file *file, char *out, size_t size, size_t *ret_n)
{
    int rc;
    size_t n = 0;
    assert(size); /* no bytes mean the end */
    if (file->format == FORMAT_PLAIN)
        return read_plain(file, out, size, ret_n);
    while (n == 0 && !file->ended) {
        if (file->at == file->have && !file->input_ended && (rc = fill(file)))
            return rc;
        if ((rc = decode(file, out, size, &n)))
            return rc;
    }
    assert(n <= size && (n || file->ended));
    *ret_n = n;
    return ERR_OK;
}

const char *file_name(const struct file *file)
{
    return file->name;
}

uint64_t file_position(const struct file *file)
{
    return file->position - (file->have - file->at);
}

uint64_t file_size(const struct file *file)
{
    return file->size;
}

int file_write(const char *path, struct slice bytes)
{
    assert(path && (bytes.data || !bytes.len));
    FILE *f = fopen(path, "we");
    bool ok = f && fwrite(bytes.data, 1, bytes.len, f) == bytes.len;
    if (f && fclose(f))
        ok = false;
    if (!ok)
        log_error("cannot write '%s': %s", path, strerror(errno));
    return ok ? ERR_OK : ERR_IO;
}
