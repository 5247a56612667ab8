#include "alignd/daemon/event_ring.h"

#include <criterion/criterion.h>

static struct event_ring ring;

static void add(int from, int to)
{
    struct buf event = {0};
    for (int i = from; i <= to; i++) {
        buf_clear(&event);
        buf_append_format(&event, "{\"e\":%d}", i);
        event_ring_add(&ring, buf_slice(&event));
    }
    buf_fini(&event);
}

static void expect(struct buf *out, const char *want)
{
    cr_expect(slice_equal(buf_slice(out), slice_of(want)), "%.*s", (int)out->len, out->data);
    buf_fini(out);
}

Test(event_ring, tells_what_came_behind_a_number_in_order)
{
    struct buf out = {0};
    event_ring_init(&ring, 3);
    event_ring_write(&ring, 0, 10, &out);
    expect(&out, "{\"events\":[],\"next\":0,\"missed\":false}");
    add(1, 3);
    event_ring_write(&ring, 1, 1, &out);
    expect(&out, "{\"events\":[{\"number\":2,\"event\":{\"e\":2}}],\"next\":2,\"missed\":false}");
    event_ring_write(&ring, 3, 1, &out);
    expect(&out, "{\"events\":[],\"next\":3,\"missed\":false}");
    event_ring_fini(&ring);
}

Test(event_ring, says_when_some_are_gone)
{
    struct buf out = {0};
    event_ring_init(&ring, 2);
    add(1, 5);
    event_ring_write(&ring, 2, 1, &out);
    expect(&out, "{\"events\":[{\"number\":4,\"event\":{\"e\":4}}],\"next\":4,\"missed\":true}");
    event_ring_write(&ring, 3, 1, &out);
    expect(&out, "{\"events\":[{\"number\":4,\"event\":{\"e\":4}}],\"next\":4,\"missed\":false}");
    event_ring_write_newest(&ring, 1, &out);
    expect(&out, "{\"events\":[{\"number\":5,\"event\":{\"e\":5}}],\"next\":5,\"missed\":false}");
    event_ring_write_newest(&ring, 10, &out);
    expect(&out,
           "{\"events\":[{\"number\":4,\"event\":{\"e\":4}},{\"number\":5,\"event\":{\"e\":5}}],"
           "\"next\":5,\"missed\":false}");
    event_ring_write(&ring, 77, 1, &out); /* a number of another run */
    expect(&out, "{\"events\":[{\"number\":4,\"event\":{\"e\":4}}],\"next\":4,\"missed\":true}");
    event_ring_fini(&ring);
}

Test(event_ring, may_keep_nothing)
{
    struct buf out = {0};
    event_ring_init(&ring, 0);
    add(1, 2);
    event_ring_write_newest(&ring, 10, &out);
    expect(&out, "{\"events\":[],\"next\":2,\"missed\":false}");
    event_ring_fini(&ring);
}
