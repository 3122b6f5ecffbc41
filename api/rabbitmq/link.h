/* The way to one broker pod: one kept connection to its management API, or commands in its container. One thing at a
 * time. */
#ifndef MQDECK_RABBITMQ_LINK_H
#define MQDECK_RABBITMQ_LINK_H

#include "api/rabbitmq/monitor.h"

struct rabbitmq_link;

struct rabbitmq_answer {
	/* There is no answer, or it is a refusal (401, 403, 404, 5xx but 503 of a health check). FORBIDDEN: the user is known,
	 * but lacks a tag or a permission. */
	struct err err;
	bool heard;       /* the broker said something, whatever it was */
	bool refused;     /* nothing listens there */
	bool stranger;    /* something else listens there: of the broker nothing is known */
	bool passed;      /* status 200 or exit code 0 */
	const char *body; /* "" without */
	size_t len;
	struct rabbitmq_list *list; /* that took the body instead, as the monitor has it */
};

typedef void rabbitmq_answer_fn(void *data, const struct rabbitmq_answer *answer);

/* The target is copied; loop, dialer and runner come from the options, which outlive the link, as tls does (ca_pem NULL
 * = none). */
struct rabbitmq_link *rabbitmq_link_create(const struct rabbitmq_monitor_options *options,
					   const struct rabbitmq_tls *tls, const struct rabbitmq_target *target);
/* Ends the connection to the management API, also one that is being asked: its done is not called. */
void rabbitmq_link_hang_up(struct rabbitmq_link *link);
void rabbitmq_link_destroy(struct rabbitmq_link *link); /* no callback after; NULL is fine */
const struct rabbitmq_target *rabbitmq_link_target(const struct rabbitmq_link *link);
bool rabbitmq_link_busy(const struct rabbitmq_link *link);

struct rabbitmq_question {
	const char *path;
	const char *authorization; /* a header line */
	const char *user, *origin; /* as in rabbitmq_monitor_set_credentials */
	int64_t timeout_ms;
	/* Takes the body of a good answer in pieces, with the data of done; false gives it up. NULL = it is collected. */
	bool (*on_bytes)(void *data, const char *bytes, size_t len);
};

/* Only while not busy; done is called once, later. */
bool rabbitmq_link_get(struct rabbitmq_link *link, const struct rabbitmq_question *question, rabbitmq_answer_fn *done,
		       void *data, struct err *err) MUST_USE;
bool rabbitmq_link_run(struct rabbitmq_link *link, const char *const *argv, rabbitmq_answer_fn *done, void *data,
		       struct err *err) MUST_USE;

#endif
