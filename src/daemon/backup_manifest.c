/*
 * backup_manifest.c - the manifest of a backup: gathered while its files are copied, written
 * when the copy was checked; read back, and what is found compared with it, file by file
 * and family by family.  Anything that does not agree is damage: nothing is put right here.
 */
#include "backup_internal.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/file.h"
#include "alignd/base/json_writer.h"
#include "alignd/base/log.h"
#include "alignd/state/offsets.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define VERSION 1
#define MANIFEST_MAX (16 << 20)

void backup_manifest_fini(struct backup_manifest *m)
{
    buf_fini(&m->files);
    buf_fini(&m->offsets);
    buf_fini(&m->settings);
    json_free(m->json);
    *m = (struct backup_manifest){0};
}

/* ---- writing ---- */

static void text(struct json_writer *w, const char *key, const char *value)
{
    json_writer_key(w, key);
    json_writer_text(w, value);
}

static void number(struct json_writer *w, const char *key, uint64_t value)
{
    json_writer_key(w, key);
    json_writer_unsigned(w, value);
}

static void hex(struct json_writer *w, const char *key, uint64_t value)
{
    char digits[17];
    snprintf(digits, sizeof(digits), "%016" PRIx64, value);
    text(w, key, digits);
}

static void write_hash(char out[33], struct hash128 hash)
{
    snprintf(out, 33, "%016" PRIx64 "%016" PRIx64, hash.hi, hash.lo);
}

void backup_manifest_add_file(struct backup_manifest *m, const struct kv_file *file)
{
    assert(!m->json && *file->name); /* it is being written */
    char hash[33];
    write_hash(hash, file->hash);
    if (m->files.len)
        buf_append_char(&m->files, ',');
    struct json_writer w = json_writer_of(&m->files);
    json_writer_begin_object(&w);
    text(&w, "name", file->name);
    number(&w, "bytes", file->bytes);
    text(&w, "hash", hash);
    json_writer_end_object(&w);
    m->file_count++;
    m->bytes += file->bytes;
}

static int add_offset(void *arg, const struct state_offset *offset)
{
    struct buf *out = arg;
    if (out->len)
        buf_append_char(out, ',');
    struct json_writer w = json_writer_of(out);
    json_writer_begin_object(&w);
    json_writer_key(&w, "topic");
    json_writer_string(&w, offset->topic);
    json_writer_key(&w, "partition");
    json_writer_integer(&w, offset->partition);
    json_writer_key(&w, "next");
    json_writer_integer(&w, offset->next);
    json_writer_end_object(&w);
    return ERR_OK;
}

static void write_settings(struct buf *out, struct slice lines)
{
    struct json_writer w = json_writer_of(out);
    json_writer_begin_object(&w);
    while (lines.len) {
        const char *end = memchr(lines.data, '\n', lines.len);
        size_t n = end ? (size_t)(end - lines.data) : lines.len;
        const char *equals = memchr(lines.data, '=', n);
        if (equals) {
            size_t name = (size_t)(equals - lines.data);
            json_writer_key_slice(&w, (struct slice){lines.data, name});
            json_writer_string(&w, (struct slice){equals + 1, n - name - 1});
        }
        lines = (struct slice){lines.data + n + (end != NULL), lines.len - n - (end != NULL)};
    }
    json_writer_end_object(&w);
}

int backup_manifest_describe(struct backup_manifest *m, struct kv *kv)
{
    assert(!m->json && !m->settings.len); /* once */
    struct arena *arena = arena_new();
    struct slice lines;
    int rc;
    if ((rc = identity_read_settings(kv, arena, &lines)) ||
        (rc = offsets_each(kv, add_offset, &m->offsets)))
        goto done;
    write_settings(&m->settings, lines);
done:
    arena_free(arena);
    return rc;
}

static void write_array(struct json_writer *w, const char *key, const struct buf *elements)
{
    assert(!elements->len || elements->data[elements->len - 1] == '}');
    json_writer_key(w, key);
    json_writer_begin_array(w);
    if (elements->len)
        json_writer_raw(w, buf_slice(elements));
    json_writer_end_array(w);
}

void backup_manifest_write(const struct backup_manifest *m, const struct identity *identity,
                           struct buf *out)
{
    assert(!m->json && m->settings.len); /* described before */
    char made[CLOCK_TEXT_BYTES];
    struct json_writer w = json_writer_of(out);
    clock_write(made, clock_now_ms());
    json_writer_begin_object(&w);
    number(&w, "v", VERSION);
    text(&w, "alignd", ALIGND_VERSION);
    text(&w, "made", made);
    text(&w, "uuid", identity->uuid);
    number(&w, "epoch", identity->epoch);
    number(&w, "head", identity->head);
    json_writer_key(&w, "held");
    json_writer_bool(&w, identity->held);
    number(&w, "triples", identity->triples);
    number(&w, "matches", identity->matches);
    number(&w, "dirty", identity->dirty);
    json_writer_key(&w, "settings");
    json_writer_raw(&w, buf_slice(&m->settings));
    write_array(&w, "offsets", &m->offsets);
    hex(&w, "digest", identity_digest(identity));
    json_writer_key(&w, "digests");
    json_writer_begin_object(&w);
    for (int f = 0; f < KV_FAMILIES; f++)
        hex(&w, kv_family_name((enum kv_family)f), identity->digests[f]);
    json_writer_end_object(&w);
    write_array(&w, "files", &m->files);
    json_writer_end_object(&w);
    buf_append_char(out, '\n');
}

/* ---- reading ---- */

static int damaged(const struct backup_manifest *m, const char *what)
{
    assert(m->path);
    log_error("'%s': the backup is damaged: %s", m->path, what);
    return ERR_FORMAT;
}

static int read_whole(const char *path, struct buf *out)
{
    struct file *f;
    size_t n = 1;
    int rc = file_open(path, &f);
    if (rc)
        return rc;
    while (n && out->len <= MANIFEST_MAX) {
        char piece[65536];
        if ((rc = file_read(f, piece, sizeof(piece), &n)))
            break;
        assert(n <= sizeof(piece));
        buf_append(out, piece, n);
    }
    file_close(f);
    return rc;
}

int backup_manifest_read(const char *path, struct backup_manifest *m)
{
    assert(!m->json && !m->file_count);
    struct buf bytes = {0};
    struct json_error error;
    int64_t version = 0;
    m->path = path;
    int rc = read_whole(path, &bytes);
    if (rc)
        goto done;
    if (!(m->json = json_parse(buf_slice(&bytes), &error))) {
        rc = damaged(m, error.message);
    } else if (!json_read_integer(json_get(m->json, "v"), &version)) {
        rc = damaged(m, "it has no version");
    } else if (version != VERSION) {
        log_error("'%s': a backup of version %" PRId64 ", this alignd (" ALIGND_VERSION
                  ") reads version %d",
                  path, version, VERSION);
        rc = ERR_VERSION;
    }
done:
    buf_fini(&bytes);
    return rc;
}

int backup_manifest_take_file(struct backup_manifest *m, const struct kv_file *file)
{
    const struct json *files = json_get(m->json, "files");
    char hash[33], words[400];
    assert(m->json && m->path);
    write_hash(hash, file->hash);
    for (size_t i = 0; i < json_size(files); i++) {
        const struct json *f = json_at(files, i);
        struct slice name, was;
        int64_t bytes;
        if (!json_read_string(json_get(f, "name"), &name) ||
            !slice_equal(name, slice_of(file->name)))
            continue;
        m->taken++;
        m->file_count++;
        m->bytes += file->bytes;
        if (json_read_integer(json_get(f, "bytes"), &bytes) && bytes == (int64_t)file->bytes &&
            json_read_string(json_get(f, "hash"), &was) && slice_equal(was, slice_of(hash)))
            return ERR_OK;
        snprintf(words, sizeof(words), "the file '%.300s' is not what it was", file->name);
        return damaged(m, words);
    }
    snprintf(words, sizeof(words), "the file '%.300s' is none of its own", file->name);
    return damaged(m, words);
}

int backup_manifest_check_taken(const struct backup_manifest *m)
{
    assert(m->json && m->taken <= m->file_count);
    return m->taken == json_size(json_get(m->json, "files")) ? ERR_OK
                                                             : damaged(m, "files are missing");
}

static bool is_number(const struct backup_manifest *m, const char *key, uint64_t value)
{
    assert(m->json);
    int64_t there;
    return json_read_integer(json_get(m->json, key), &there) && (uint64_t)there == value;
}

static bool is_digest(const struct json *digests, enum kv_family family, uint64_t value)
{
    assert(family < KV_FAMILIES);
    char digits[17];
    struct slice there;
    snprintf(digits, sizeof(digits), "%016" PRIx64, value);
    return json_read_string(json_get(digests, kv_family_name(family)), &there) &&
           slice_equal(there, slice_of(digits));
}

int backup_manifest_compare(const struct backup_manifest *m, const struct identity *identity)
{
    assert(m->json);
    const struct json *digests = json_get(m->json, "digests");
    struct slice uuid;
    if (!json_read_string(json_get(m->json, "uuid"), &uuid) ||
        !slice_equal(uuid, slice_of(identity->uuid)) || !is_number(m, "epoch", identity->epoch) ||
        !is_number(m, "head", identity->head))
        return damaged(m, "the manifest is of another store");
    for (int f = 0; f < KV_FAMILIES; f++)
        if (!is_digest(digests, (enum kv_family)f, identity->digests[f]))
            return damaged(m, "the manifest is of another state");
    return ERR_OK;
}
