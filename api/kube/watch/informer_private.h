/* What informer.c (beginning and end), informer_sync.c (list and watch) below it and informer_store.c (store and state) at
 * the bottom share. */
#ifndef MQDECK_KUBE_WATCH_INFORMER_PRIVATE_H
#define MQDECK_KUBE_WATCH_INFORMER_PRIVATE_H

#include "api/base/map.h"
#include "api/kube/client/kube_client_private.h"
#include "api/kube/records/record_decode.h"
#include "api/kube/watch/informer.h"

enum { KUBE_INFORMER_RV_MAX = 128 };

enum kube_informer_phase {
	KUBE_INFORMER_PHASE_WAIT_LIST,
	KUBE_INFORMER_PHASE_WAIT_WATCH,
	KUBE_INFORMER_PHASE_LIST,
	KUBE_INFORMER_PHASE_WATCH
};

struct kube_informer {
	struct kube_client *client;
	struct kube_informer_options options; /* its strings are ours */
	const struct kube_kind_info *info;
	struct kube_informer_state state;
	struct map store, fresh; /* "namespace/name" → record; fresh = the list being read */
	size_t store_bytes, fresh_bytes;
	size_t held_bytes; /* of these the larger: our part of the client's */
	size_t pages;      /* read of the list */
	struct kube_contact contact;

	enum kube_informer_phase phase;
	struct kube_request *request;
	struct kube_stream *stream;
	struct loop_timer *timer;
	struct err stream_err; /* why we stopped reading */

	size_t version_at; /* of the kind's versions */
	char version[16];
	char last_rv[KUBE_INFORMER_RV_MAX]; /* "" = none yet */
	char *continue_token;
	char requested_rv[KUBE_INFORMER_RV_MAX]; /* of the first page */
	bool rv_unavailable;                     /* the next list asks without a resource version */
	bool unpaged;                            /* the next list asks for all at once */
	bool paginated;                          /* the server has no watch cache */

	unsigned failures; /* of the back-off */
	int64_t backed_off_ms;
	int64_t watch_started_ms;
	uint64_t watch_events;
	int watch_error; /* code of the ERROR event, 0 = none */
};

/* informer_store.c */
void kube_informer_tell(struct kube_informer *informer); /* on_state, when something in it changed for the reader */
void kube_informer_failed(struct kube_informer *informer, const struct err *err);
/* What we hold is what the server says; true when it was told. */
bool kube_informer_fresh(struct kube_informer *informer);
void kube_informer_replace(struct kube_informer *informer); /* fresh becomes the store; differences are told */
void kube_informer_drop_fresh(struct kube_informer *informer);
void kube_informer_store_finish(struct kube_informer *informer);
/* These own the record. False when a cap is reached with it, and stream_err says which. */
bool kube_informer_take_listed(struct kube_informer *informer, void *record) MUST_USE;
bool kube_informer_upsert(struct kube_informer *informer, void *record) MUST_USE;
/* Of what stream has read: a list ends with it or may go on. */
bool kube_informer_check_page(const struct kube_informer *informer, struct err *err) MUST_USE;
void kube_informer_remove(struct kube_informer *informer, void *record); /* owns it */

/* informer_sync.c */
void kube_informer_sync_start(struct kube_informer *informer);
void kube_informer_sync_stop(struct kube_informer *informer);
void kube_informer_on_contact(void *data, bool reconnected);

#endif
