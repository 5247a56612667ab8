/*
 * http_clients.h - who is connected to the HTTP server, and who has to go when somebody else comes:
 * nobody is turned away, the one that has been silent longest makes room.  Any of the server's
 * threads may call: lock is theirs.
 */
#ifndef ALIGND_HTTP_CLIENTS_H
#define ALIGND_HTTP_CLIENTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Of a connection. */
struct http_client {
    struct http_client *older, *newer; /* by their last sign; NULL at the ends */
    int fd;                            /* lent */
    uint8_t address[16];               /* of IPv6 the network alone, unless it is an IPv4 one */
    uint64_t sign_us;                  /* when it came, sent a whole head, or had its answer */
    bool answering;                    /* between the last two */
    bool gone;                         /* shut, and in the list no more */
};

struct http_clients {
    pthread_mutex_t lock; /* held for a walk along the list, no longer */
    struct http_client *oldest, *newest;
    size_t count, most, most_of_address;
};

/* A new one, freed by http_clients_leave.  Who has to go for it is shut down, so that the server
 * closes it as if it had gone by itself.  address: NULL for unknown. */
struct http_client *http_clients_come(struct http_clients *c, int fd,
                                      const struct sockaddr *address);
void http_clients_leave(struct http_clients *c, struct http_client *client);
/* It has sent the head of a request (answering), or has its answer. */
void http_clients_sign(struct http_clients *c, struct http_client *client, bool answering);
#endif
