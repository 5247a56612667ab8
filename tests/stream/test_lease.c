#include "alignd/stream/lease.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>

#define UUID "01234567-89ab-cdef-0123-456789abcdef"

/* A group of two partitions, one mark for both. */
static struct lease_sight sight(const char *metadata, int64_t offset)
{
    struct lease_sight s = {0};
    lease_sight_add(&s, slice_of("t"), 0, offset, slice_of(metadata));
    lease_sight_add(&s, slice_of("t"), 1, offset, slice_of(metadata));
    return s;
}

static struct lease_sight beat(int n, int lease_ms)
{
    char text[COMMIT_MARK_MAX];
    snprintf(text, sizeof(text), "alignd/1 " UUID " 1 2 0123456789abcdef %d %d", n, lease_ms);
    return sight(text, 7);
}

static enum lease_state after(struct lease *l, struct lease_sight s, int64_t now_ms)
{
    lease_take(l, &s, now_ms);
    return lease_state(l);
}

static struct lease new_lease(void)
{
    return (struct lease){.least_ms = 5000, .longest_ms = 2000};
}

Test(lease, nobody_is_known_before_the_group_was_asked)
{
    struct lease l = new_lease();
    cr_expect_eq(lease_state(&l), LEASE_UNKNOWN);
    cr_expect_eq(after(&l, sight("", -1), 1000), LEASE_NOBODY);
    cr_expect_eq(after(&l, sight("of an operator", 5), 2000), LEASE_NOBODY);
}

Test(lease, an_owner_that_beats_is_alive_for_ever)
{
    struct lease l = new_lease();
    for (int i = 0; i < 100; i++)
        cr_assert_eq(after(&l, beat(i / 3, 5000), 1000 * i), LEASE_HELD);
}

Test(lease, one_that_is_silent_for_a_lease_is_gone)
{
    struct lease l = new_lease();
    for (int i = 0; i < 5; i++)
        cr_assert_eq(after(&l, beat(1, 5000), 1000 * i), LEASE_HELD, "%d s", i);
    cr_expect_eq(after(&l, beat(1, 5000), 5000), LEASE_GONE);
    cr_expect_eq(l.quiet_ms, 5000);
    cr_expect_eq(after(&l, beat(2, 5000), 6000), LEASE_HELD, "it was but slow");
}

Test(lease, the_longer_lease_of_both_holds)
{
    struct lease l = new_lease();
    for (int i = 0; i < 8; i++)
        cr_assert_eq(after(&l, beat(1, 8000), 1000 * i), LEASE_HELD);
    cr_expect_eq(after(&l, beat(1, 8000), 8000), LEASE_GONE);
    l = new_lease();
    for (int i = 0; i < 5; i++)
        cr_assert_eq(after(&l, beat(1, 1000), 1000 * i), LEASE_HELD);
    cr_expect_eq(lease_limit_ms(&l), 5000);
}

Test(lease, time_without_an_answer_does_not_count)
{
    struct lease l = new_lease();
    cr_assert_eq(after(&l, beat(1, 5000), 0), LEASE_HELD);
    cr_assert_eq(after(&l, beat(1, 5000), 3600000), LEASE_HELD);
    cr_expect_eq(l.quiet_ms, 2000);
    cr_assert_eq(after(&l, beat(1, 5000), 3601000), LEASE_HELD);
    cr_assert_eq(after(&l, beat(1, 5000), 3603000), LEASE_GONE);
}

Test(lease, a_mark_without_a_beat_is_never_taken_for_dead)
{
    struct lease l = new_lease();
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(after(&l, sight("alignd/1 " UUID " 1 2 0123456789abcdef", 7), 1000 * i),
                     LEASE_MUTE);
    cr_expect(l.quiet_ms > 900000, "but for how long is known");
}

Test(lease, an_owner_that_ended_is_told_at_once)
{
    struct lease l = new_lease();
    cr_assert_eq(after(&l, beat(1, 5000), 0), LEASE_HELD);
    cr_expect_eq(after(&l, beat(2, 0), 200), LEASE_RELEASED);
}

Test(lease, the_newest_mark_is_the_owners)
{
    struct lease_sight s = {0};
    lease_sight_add(&s, slice_of("t"), 0, 1,
                    slice_of("alignd/1 " UUID " 2 9 0123456789abcdef 90 5000"));
    lease_sight_add(&s, slice_of("t"), 1, 1,
                    slice_of("alignd/1 " UUID " 3 1 fedcba9876543210 1 6000"));
    lease_sight_add(&s, slice_of("t"), 2, 1, slice_of("alignd/1 " UUID " 1 99"));
    cr_expect(s.marked);
    cr_expect_eq(s.newest.epoch, 3);
    cr_expect_eq(s.newest.lease_ms, 6000);
}

Test(lease, an_offset_that_moves_is_a_sign_of_life)
{
    struct lease_sight a = sight("x", 1), b = sight("x", 2), c = sight("y", 1);
    cr_expect_neq(a.hash, b.hash);
    cr_expect_neq(a.hash, c.hash);
    cr_expect_str_eq(lease_state_name(LEASE_GONE), "gone");
}
