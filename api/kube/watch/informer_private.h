/* What informer.c (store and state) and informer_sync.c (list and watch) share. */
#ifndef MQDECK_KUBE_WATCH_INFORMER_PRIVATE_H
#define MQDECK_KUBE_WATCH_INFORMER_PRIVATE_H

#include "api/base/map.h"
#include "api/kube/client/kube_client_private.h"
#include "api/kube/records/record_decode.h"
#include "api/kube/watch/informer.h"

enum { INFORMER_RV_MAX = 128 };

enum informer_phase { PHASE_WAIT_LIST, PHASE_WAIT_WATCH, PHASE_LIST, PHASE_WATCH };

struct informer {
	struct kube_client *client;
	struct informer_options options; /* its strings are ours */
	const struct kube_kind_info *info;
	struct informer_state state;
	struct map store, fresh; /* "namespace/name" → record; fresh = the list being read */
	struct kube_contact contact;

	enum informer_phase phase;
	struct kube_request *request;
	struct kube_stream *stream;
	struct loop_timer *timer;
	struct err stream_err; /* why we stopped reading */

	size_t version_at; /* of the kind's versions */
	char version[16];
	char last_rv[INFORMER_RV_MAX]; /* "" = none yet */
	char *continue_token;
	char requested_rv[INFORMER_RV_MAX]; /* of the first page */
	bool rv_unavailable; /* the next list asks without a resource version */
	bool unpaged;        /* the next list asks for all at once */
	bool paginated;      /* the server has no watch cache */

	unsigned failures; /* of the back-off */
	int64_t backed_off_ms;
	int64_t watch_started_ms;
	uint64_t watch_events;
	int watch_error; /* code of the ERROR event, 0 = none */
};

/* informer.c */
void informer_tell(struct informer *informer); /* on_state, when something in it changed for the reader */
void informer_failed(struct informer *informer, const struct err *err);
bool informer_fresh(struct informer *informer);     /* what we hold is what the server says; true when it was told */
void informer_replace(struct informer *informer);   /* fresh becomes the store; differences are told */
void informer_drop_fresh(struct informer *informer);
bool informer_take_listed(struct informer *informer, void *record); /* owns it */
void informer_upsert(struct informer *informer, void *record);      /* owns it */
void informer_remove(struct informer *informer, void *record);      /* owns it */

/* informer_sync.c */
void informer_sync_start(struct informer *informer);
void informer_sync_stop(struct informer *informer);
void informer_on_contact(void *data, bool reconnected);

#endif
