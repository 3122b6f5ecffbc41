/* Decoders: JSON text in, snapshot parts out. Lookups are case-sensitive, nothing is required but the outer shape, and
 * nothing in the text can make them fail other than with an error: numbers out of range count as not said, surplus
 * items are dropped at the caps of rabbitmq_snapshot.h. */
#ifndef MQDECK_RABBITMQ_RABBITMQ_DECODE_H
#define MQDECK_RABBITMQ_RABBITMQ_DECODE_H

#include "api/rabbitmq/rabbitmq_snapshot.h"

/* Each returns a part with one reference, or NULL with err. */
struct rabbitmq_overview *rabbitmq_decode_overview(const char *json, size_t len, struct err *err) MUST_USE;
struct rabbitmq_nodes *rabbitmq_decode_nodes(const char *json, size_t len, struct err *err) MUST_USE;

struct rabbitmq_page {
	int64_t page, page_count; /* both 1 for an answer without pages */
};

/* One answer that is decoded while it arrives. What is wrong with it shows at its end; items before that may have been taken. */
struct rabbitmq_list;

/* Appends to `queues` (referenced until the list is destroyed; NULL = they are thrown away) what one page of GET /api/queues holds, or
 * the bare array that rabbitmqctl prints. `vhost` names the virtual host where the items do not (rabbitmqctl); NULL else. */
struct rabbitmq_list *rabbitmq_list_of_queues(struct rabbitmq_queues *queues, const char *vhost);
/* Adds up one page of GET /api/connections, or the bare array; `clients` as queues above. */
struct rabbitmq_list *rabbitmq_list_of_connections(struct rabbitmq_clients *clients);
void rabbitmq_list_feed(struct rabbitmq_list *list, const char *bytes, size_t len); /* a piece of any size */
bool rabbitmq_list_end(struct rabbitmq_list *list, struct rabbitmq_page *page, struct err *err) MUST_USE;
void rabbitmq_list_destroy(struct rabbitmq_list *list); /* NULL is fine */
/* A whole answer at once: feeds, ends and destroys the list. */
bool rabbitmq_list_take(struct rabbitmq_list *list, const char *json, size_t len, struct rabbitmq_page *page,
			struct err *err) MUST_USE;

/* After the last page: counts what is replicated and gives back what only filling needed. */
void rabbitmq_queues_seal(struct rabbitmq_queues *queues);
/* After the last page: sorts and gives back what only filling needed. */
void rabbitmq_clients_seal(struct rabbitmq_clients *clients);

struct rabbitmq_check {
	bool passed;
	int64_t queues;   /* quorum-critical: how many queues would lose their quorum; -1 not said */
	char reason[256]; /* cut, untrusted */
};

/* The body of a health check: status 200 passed, 503 failed. */
bool rabbitmq_decode_check(const char *json, size_t len, struct rabbitmq_check *out, struct err *err) MUST_USE;

/* ---- the command line's JSON ---- */

/* `rabbitmq-diagnostics --formatter json -s cluster_status`: both parts from one answer. */
bool rabbitmq_decode_cluster_status(const char *json, size_t len, struct rabbitmq_overview **overview,
				    struct rabbitmq_nodes **nodes, struct err *err) MUST_USE;
/* `rabbitmqctl list_vhosts --formatter json -s name`: calls for each. */
bool rabbitmq_decode_vhosts(const char *json, size_t len, void (*each)(void *data, const char *name), void *data,
			    struct err *err) MUST_USE;

#endif
