/*
 * http_clients.c - a list in the order of the last signs.  A sign is a whole head of a request or
 * the end of an answer, no byte less: who sends a request drop by drop gives none, and is the first
 * to go.  Whoever has just come is the last in the list, and has had its turn before as many others
 * came as there is room for.
 *
 *  (1) A client is in the list as long as its socket is open and of this connection: the server
 * closes it after http_clients_leave.  So whoever is sent away by another thread is who was meant.
 */
#include "http_clients.h"

#include "alignd/base/clock.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* An answer under way for no longer than this is not cut off while there is another to go. */
#define ANSWER_US 1000000

static void unlink_client(struct http_clients *c, struct http_client *client)
{
    assert(c->count > 0 && !client->gone);
    *(client->older ? &client->older->newer : &c->oldest) = client->newer;
    *(client->newer ? &client->newer->older : &c->newest) = client->older;
    client->older = client->newer = NULL;
    c->count--;
}

static void link_newest(struct http_clients *c, struct http_client *client)
{
    assert(!client->older && !client->newer);
    client->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = client;
    c->newest = client;
    c->count++;
    client->sign_us = clock_mono_us();
}

static void read_address(uint8_t to[16], const struct sockaddr *from)
{
    static const uint8_t v4[12] = {[10] = 0xff, [11] = 0xff}; /* IPv4 as IPv6 writes it */
    memset(to, 0, 16);
    if (from && from->sa_family == AF_INET) {
        struct sockaddr_in a;
        memcpy(&a, from, sizeof(a));
        memcpy(to, v4, sizeof(v4));
        memcpy(to + sizeof(v4), &a.sin_addr, 4);
    } else if (from && from->sa_family == AF_INET6) {
        struct sockaddr_in6 a;
        memcpy(&a, from, sizeof(a));
        bool is_v4 = memcmp(&a.sin6_addr, v4, sizeof(v4)) == 0;
        memcpy(to, &a.sin6_addr, is_v4 ? 16 : 8); /* whoever has one of a network has it all */
    }
}

/* Who has to go, of an address or (NULL) of all. */
static struct http_client *first_to_go(const struct http_clients *c, const uint8_t *address)
{
    struct http_client *oldest = NULL;
    uint64_t now = clock_mono_us();
    for (struct http_client *i = c->oldest; i; i = i->newer) {
        assert(i->sign_us <= now && !i->gone);
        if (address && memcmp(i->address, address, sizeof(i->address)) != 0)
            continue;
        if (!i->answering || now - i->sign_us > ANSWER_US)
            return i;
        oldest = oldest ? oldest : i;
    }
    return oldest;
}

static void send_away(struct http_clients *c, struct http_client *client)
{
    assert(client->fd >= 0); /* (1) */
    unlink_client(c, client);
    client->gone = true;
    (void)shutdown(client->fd, SHUT_RDWR); /* what has gone already cannot be shut */
}

static size_t count_of_address(const struct http_clients *c, const uint8_t *address)
{
    size_t count = 0;
    for (const struct http_client *i = c->oldest; i; i = i->newer)
        count += memcmp(i->address, address, sizeof(i->address)) == 0;
    return count;
}

struct http_client *http_clients_come(struct http_clients *c, int fd,
                                      const struct sockaddr *address)
{
    assert(c->most > 0 && c->most_of_address > 0);
    struct http_client *client = memory_calloc(1, sizeof(*client));
    client->fd = fd;
    read_address(client->address, address);
    pthread_mutex_lock(&c->lock);
    if (count_of_address(c, client->address) >= c->most_of_address)
        send_away(c, first_to_go(c, client->address));
    else if (c->count == c->most)
        send_away(c, first_to_go(c, NULL));
    link_newest(c, client);
    assert(c->count <= c->most);
    pthread_mutex_unlock(&c->lock);
    return client;
}

void http_clients_leave(struct http_clients *c, struct http_client *client)
{
    pthread_mutex_lock(&c->lock);
    if (!client->gone)
        unlink_client(c, client);
    pthread_mutex_unlock(&c->lock);
    free(client);
}

void http_clients_sign(struct http_clients *c, struct http_client *client, bool answering)
{
    pthread_mutex_lock(&c->lock);
    client->answering = answering;
    if (!client->gone) {
        unlink_client(c, client);
        link_newest(c, client);
    }
    pthread_mutex_unlock(&c->lock);
}
