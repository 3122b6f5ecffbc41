/* A live, local copy of one kind: list, then watch, for ever, by the rules of PROTOCOL.md. */
#ifndef MQDECK_KUBE_WATCH_INFORMER_H
#define MQDECK_KUBE_WATCH_INFORMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/mem.h"
#include "api/kube/client/kube_client.h"
#include "api/kube/records/kube_kinds.h"

struct kube_informer;

/* What one server may fill us with. A list that goes on beyond is not read at all: LIMIT says which cap it was, and what is
 * held is stale. Asked again after KUBE_INFORMER_LIMIT_AGAIN_MS. */
enum {
	KUBE_INFORMER_OBJECTS_MAX = 100000,
	KUBE_INFORMER_PAGES_MAX = 1000,
	KUBE_INFORMER_BYTES_MAX = 128 << 20, /* of the records of all informers of one client */
	KUBE_INFORMER_LIMIT_AGAIN_MS = 120 * 1000,
};

enum kube_informer_change { KUBE_INFORMER_ADDED, KUBE_INFORMER_UPDATED, KUBE_INFORMER_DELETED };

/* Times are monotonic ms of the loop, -1 = never. */
struct kube_informer_state {
	bool synced;             /* the store holds a whole list: what it says is what the server said */
	bool watching;           /* and changes are arriving */
	bool absent;             /* the server does not serve this resource (a CRD that is not installed): no error */
	int64_t last_event_ms;   /* last change */
	int64_t last_contact_ms; /* last byte, bookmarks included */
	int64_t stale_since_ms;  /* since when nothing keeps the store up to date; -1 = it is up to date */
	struct err err;          /* FORBIDDEN names the verb and the resource; NONE when all is well */
	size_t count;            /* records in the store */
	uint64_t lists, watches, events, bytes; /* done so far: for the bench and the tests */
};

struct kube_informer_options {
	enum kube_kind kind;
	const char *namespace;      /* NULL = all */
	const char *label_selector; /* NULL = everything; copied, as are the others */
	const char *field_selector;
	const char *
		not_before; /* the first list is of this resource version or later; NULL = what the server has in memory */
	/* One record changed; for UPDATED and DELETED the old record is still valid during the call (`was`, NULL for
	 * ADDED), and for DELETED `record` is the last state seen. A relist comes as the difference. May be NULL. */
	void (*on_change)(void *data, enum kube_informer_change change, const void *record, const void *was);
	/* After synced, watching, absent, err or stale_since_ms changed, and after each relist. May be NULL. */
	void (*on_state)(void *data, const struct kube_informer_state *state);
	void *data;
};

/* Never calls back from inside. NULL with err only for options that make no sense. */
struct kube_informer *kube_informer_start(struct kube_client *client, const struct kube_informer_options *options,
					  struct err *err) MUST_USE;
/* Stops without calling back and frees every record. Not from inside on_change. NULL is fine. */
void kube_informer_stop(struct kube_informer *informer);
DEFINE_CLEANUP(struct kube_informer *, kube_informer_stop);

const struct kube_informer_state *kube_informer_state(const struct kube_informer *informer);
/* The resource version up to which it is known; NULL before the first list. */
const char *kube_informer_version(const struct kube_informer *informer);
/* NULL when absent. namespace NULL for cluster-wide kinds. */
const void *kube_informer_get(const struct kube_informer *informer, const char *namespace, const char *name);
/* `const struct kube_pod *pod = NULL; while ((pod = kube_informer_next(pods, pod)))`: no particular order; the store
 * must not change meanwhile. */
const void *kube_informer_next(const struct kube_informer *informer, const void *after);
/* Forget the back-off and go on at once (the operator pressed refresh, the network came back). */
void kube_informer_kick(struct kube_informer *informer);

#endif
