#include "alignd/base/file.h"

#include "alignd/base/buf.h"
#include "alignd/base/err.h"
#include "capture.h"

#define ZLIB_CONST
#include <criterion/criterion.h>
#include <fcntl.h>
#include <lzma.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char directory[] = "/tmp/alignd-file-XXXXXX";
static char path[64];

static void make_directory(void)
{
    cr_assert(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/input", directory);
}

static void remove_directory(void)
{
    unlink(path);
    rmdir(directory);
}

TestSuite(file, .init = make_directory, .fini = remove_directory);

static void write_file(const void *data, size_t n)
{
    FILE *f = fopen(path, "wb");
    cr_assert(f);
    cr_assert_eq(fwrite(data, 1, n, f), n);
    cr_assert_eq(fclose(f), 0);
}

/* Text that compresses, but not to nothing. */
static struct buf make_text(size_t lines)
{
    struct buf b = {0};
    uint64_t rng = 1;
    for (size_t i = 0; i < lines; i++) {
        rng = rng * 6364136223846793005u + 1442695040888963407u;
        buf_append_format(&b, "<http://example.org/%u> <http://example.org/p> \"%zu\" .\n",
                          (unsigned)(rng >> 33), i);
    }
    return b;
}

static void append_gzip(struct buf *out, struct slice text)
{
    z_stream z = {0};
    cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    uLong bound = deflateBound(&z, text.len);
    z.next_out = buf_extend(out, bound);
    z.avail_out = (uInt)bound;
    z.next_in = (const Bytef *)text.data;
    z.avail_in = (uInt)text.len;
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len -= z.avail_out;
    deflateEnd(&z);
}

static void append_xz(struct buf *out, struct slice text)
{
    size_t bound = lzma_stream_buffer_bound(text.len), used = 0;
    uint8_t *at = buf_extend(out, bound);
    cr_assert_eq(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, (const uint8_t *)text.data,
                                         text.len, at, &used, bound),
                 LZMA_OK);
    out->len -= bound - used;
}

/* Reads the whole file in pieces of at most step; what file_open or file_read returned last. */
static int read_file(const char *name, struct buf *out, size_t step)
{
    struct file *file = NULL;
    char *piece = malloc(step);
    size_t n = 1;
    int rc = file_open(name, &file);
    uint64_t before = 0;
    while (!rc && n > 0) {
        rc = file_read(file, piece, step, &n);
        if (rc)
            break;
        cr_assert_leq(n, step);
        buf_append(out, piece, n);
        cr_assert_geq(file_position(file), before);
        before = file_position(file);
    }
    if (!rc) {
        cr_expect_eq(file_position(file), file_size(file));
        cr_expect(!file_read(file, piece, step, &n) && n == 0, "the end stays the end");
    }
    file_close(file);
    free(piece);
    return rc;
}

static void expect_file(struct slice stored, struct slice text)
{
    static const size_t steps[] = {1, 4093, 1 << 20};
    write_file(stored.data, stored.len);
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        struct buf got = {0};
        cr_expect_eq(read_file(path, &got, steps[i]), 0);
        cr_expect(slice_equal(buf_slice(&got), text), "steps of %zu", steps[i]);
        buf_fini(&got);
    }
}

static struct capture capture;

/* Reading must fail, with one line that names the file and says why. */
static void expect_failure(const char *name, int code, const char *why)
{
    struct buf got = {0};
    capture_begin(&capture, STDERR_FILENO);
    int rc = read_file(name, &got, 4096);
    const char *line = capture_end(&capture);
    cr_expect_eq(rc, code, "%s: %d", why, rc);
    cr_expect(strstr(line, name) && strstr(line, why), "%s", line);
    buf_fini(&got);
}

static void expect_damaged(struct slice stored, const char *why)
{
    write_file(stored.data, stored.len);
    expect_failure(path, ERR_FORMAT, why);
}

Test(file, plain_files_of_any_length_come_as_they_are)
{
    struct buf text = make_text(20000);
    cr_assert_gt(text.len, 3 * 256 << 10);
    expect_file((struct slice){"", 0}, (struct slice){"", 0});
    expect_file(slice_of("\x1f"), slice_of("\x1f"));
    expect_file(slice_of("\x1f\x8b"), slice_of("\x1f\x8b"));
    expect_file(slice_of("BZh9 is no magic"), slice_of("BZh9 is no magic"));
    expect_file(buf_slice(&text), buf_slice(&text));
    buf_fini(&text);
}

Test(file, gzip_is_known_by_its_bytes_and_may_have_members)
{
    struct buf text = make_text(20000), stored = {0}, all = {0};
    append_gzip(&stored, buf_slice(&text));
    expect_file(buf_slice(&stored), buf_slice(&text));
    buf_append_slice(&all, buf_slice(&text));
    append_gzip(&stored, (struct slice){"", 0});
    append_gzip(&stored, slice_of("last"));
    buf_append_text(&all, "last");
    expect_file(buf_slice(&stored), buf_slice(&all));
    buf_append(&stored, "\0\0\0", 3); /* padding */
    expect_file(buf_slice(&stored), buf_slice(&all));
    buf_fini(&text);
    buf_fini(&stored);
    buf_fini(&all);
}

Test(file, xz_is_known_by_its_bytes_and_may_have_streams)
{
    struct buf text = make_text(20000), stored = {0}, all = {0};
    append_xz(&stored, buf_slice(&text));
    expect_file(buf_slice(&stored), buf_slice(&text));
    buf_append_slice(&all, buf_slice(&text));
    append_xz(&stored, (struct slice){"", 0});
    buf_append(&stored, "\0\0\0\0", 4); /* padding */
    append_xz(&stored, slice_of("last"));
    buf_append_text(&all, "last");
    expect_file(buf_slice(&stored), buf_slice(&all));
    buf_fini(&text);
    buf_fini(&stored);
    buf_fini(&all);
}

Test(file, a_compressed_file_cut_anywhere_is_an_error)
{
    struct buf text = make_text(3), gzip = {0}, xz = {0};
    append_gzip(&gzip, buf_slice(&text));
    append_xz(&xz, buf_slice(&text));
    for (size_t n = 3; n < gzip.len; n++)
        expect_damaged((struct slice){gzip.data, n}, "cut short");
    for (size_t n = 6; n < xz.len; n++)
        expect_damaged((struct slice){xz.data, n}, "cut short");
    buf_fini(&text);
    buf_fini(&gzip);
    buf_fini(&xz);
}

Test(file, a_damaged_compressed_file_is_an_error)
{
    struct buf text = make_text(100), gzip = {0}, xz = {0};
    append_gzip(&gzip, buf_slice(&text));
    append_xz(&xz, buf_slice(&text));
    gzip.data[gzip.len / 2] ^= 0x10;
    xz.data[xz.len / 2] ^= 0x10;
    expect_damaged(buf_slice(&gzip), "at byte");
    expect_damaged(buf_slice(&xz), "damaged");
    gzip.data[gzip.len / 2] ^= 0x10;
    xz.data[xz.len / 2] ^= 0x10;
    expect_file(buf_slice(&gzip), buf_slice(&text));
    expect_file(buf_slice(&xz), buf_slice(&text));
    buf_append_text(&gzip, "tail");
    buf_append_text(&xz, "tail");
    expect_damaged(buf_slice(&gzip), "not gzip follows");
    expect_damaged(buf_slice(&xz), "xz");
    buf_fini(&text);
    buf_fini(&gzip);
    buf_fini(&xz);
}

Test(file, what_cannot_be_opened_says_so)
{
    expect_failure("/nonexistent/file", ERR_NOT_FOUND, "No such file");
    expect_failure("/", ERR_IO, "directory");
    expect_damaged(slice_of("BZh91AY&SY...."), "bzip2 is not read here");
    expect_damaged(slice_of("BZh11AY&SY...."), "bzip2 is not read here");
    expect_damaged(slice_of("\x28\xb5\x2f\xfd...."), "zstd is not read here");
    expect_damaged(slice_of("PK\3\4...."), "zip is not read here");
    file_close(NULL);
}

struct feed {
    int fd;
    struct slice bytes;
};

/* Writes byte by byte, so that every read is short. */
static void *feed_slowly(void *arg)
{
    struct feed *feed = arg;
    for (size_t i = 0; i < feed->bytes.len; i++)
        cr_assert_eq(write(feed->fd, feed->bytes.data + i, 1), 1);
    close(feed->fd);
    return NULL;
}

static void expect_piped(struct slice stored, const char *text)
{
    int ends[2];
    pthread_t writer;
    struct file *file = NULL;
    char got[64];
    size_t n = 1, have = 0;

    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    struct feed feed = {ends[1], stored};
    cr_assert_eq(pthread_create(&writer, NULL, feed_slowly, &feed), 0);
    cr_assert_eq(file_open("-", &file), 0);
    cr_expect_str_eq(file_name(file), "standard input");
    cr_expect_eq(file_size(file), 0);
    while (n > 0) {
        cr_assert_eq(file_read(file, got + have, sizeof(got) - have, &n), 0);
        have += n;
    }
    pthread_join(writer, NULL);
    file_close(file);
    cr_expect(slice_equal((struct slice){got, have}, slice_of(text)));
}

Test(file, standard_input_may_come_byte_by_byte)
{
    struct buf gzip = {0}, xz = {0};
    append_gzip(&gzip, slice_of("squeezed"));
    append_xz(&xz, slice_of("squeezed"));
    expect_piped(slice_of("plain"), "plain");
    expect_piped(buf_slice(&gzip), "squeezed");
    expect_piped(buf_slice(&xz), "squeezed");
    expect_piped((struct slice){"", 0}, "");
    buf_fini(&gzip);
    buf_fini(&xz);
}

static void on_signal(int number)
{
    (void)number;
}

Test(file, a_signal_while_waiting_returns_and_reading_goes_on)
{
    int ends[2];
    struct file *file = NULL;
    char got[8];
    size_t n = 0;
    struct sigaction action = {.sa_handler = on_signal};

    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    cr_assert_eq(write(ends[1], "sixsix", 6), 6);
    cr_assert_eq(file_open("-", &file), 0);
    cr_expect(!file_read(file, got, sizeof(got), &n) && n == 6);
    sigaction(SIGALRM, &action, NULL);
    ualarm(20000, 20000);
    cr_expect_eq(file_read(file, got, sizeof(got), &n), ERR_STOPPED);
    ualarm(0, 0);
    cr_assert_eq(write(ends[1], "more", 4), 4);
    cr_expect(!file_read(file, got, sizeof(got), &n) && n == 4);
    file_close(file);
}

Test(file, what_is_written_in_one_go_takes_the_place_of_what_was_there)
{
    write_file("longer than that", 16);
    cr_expect_eq(file_write(path, slice_of("short")), ERR_OK);
    struct file *file;
    char read[32];
    size_t n;
    cr_assert_eq(file_open(path, &file), ERR_OK);
    cr_assert_eq(file_read(file, read, sizeof(read), &n), ERR_OK);
    cr_expect(slice_equal((struct slice){read, n}, slice_of("short")));
    file_close(file);
    cr_expect_eq(file_write(directory, slice_of("short")), ERR_IO, "a folder");
    cr_expect_eq(file_write("/dev/full", slice_of("short")), ERR_IO);
}
