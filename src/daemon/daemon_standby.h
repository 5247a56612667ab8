/*
 * daemon_standby.h - one of several daemons of the same group: `alignd run --standby`.  It is the
 * active one, as any, or stands by.
 */
#ifndef ALIGND_DAEMON_STANDBY_H
#define ALIGND_DAEMON_STANDBY_H

#include "daemon_internal.h"

/*
 * In place of the claim of the group: looks whether somebody owns it.  Nobody does, or this store
 * did last: the publisher is open, as without --standby.  Else d->stands_by is set, and the store
 * holds its events.  Codes of publisher_open.
 */
int daemon_standby_open(struct daemon *d);
/* Takes one that has none. */
void daemon_standby_close(struct daemon *d);

/*
 * Between turns: takes the group over when it is due, or told (d->promotes).  Whether it did is
 * !d->stands_by; a broker that is away, or an owner that was faster, is no error.
 */
int daemon_standby_look(struct daemon *d);

/* Has it taken over, and not told yet what differs from the events topic? */
bool daemon_standby_takes(const struct daemon *d);
/* Of that, and of one that stands by: has all been read that was there when it began, and that the
 * one before can have told of? */
bool daemon_standby_caught_up(struct daemon *d);
/* What differs is told. */
void daemon_standby_done(struct daemon *d);

/* The turn without the dead letters that are out already; what it points to is lent until the next
 * call.  ERR_*: they could not be asked for. */
int daemon_standby_sieve(struct daemon *d, const struct engine_turn *turn,
                         struct engine_turn *ret_turn);

/* By publisher_open, once nobody else can publish; see publisher.h. */
int daemon_standby_inherit(struct daemon *d, struct publisher_heir *heir);

/* Of the configuration, as marks tell it; 0: others take over when told alone. */
int64_t daemon_standby_lease_ms(const struct config *c);
#endif
