/* What is watched: between watcher.c, which begins and ends it, watcher_scopes.c, which says what is needed,
 * watcher_records.c, which keeps the records, and watcher_lists.c, which says how it stands. */
#ifndef MQDECK_MODEL_SOURCES_WATCHER_PRIVATE_H
#define MQDECK_MODEL_SOURCES_WATCHER_PRIVATE_H

#include "api/kube/watch/informer.h"
#include "api/model/records/record_lookup.h"
#include "api/model/sources/selector_groups.h"
#include "api/model/sources/watcher.h"

enum { SOURCE_SELECTOR_MAX = 1024 };

struct source_watched {
	struct source_watcher *watcher;
	struct kube_informer *informer;
	enum kube_kind kind;
	char *namespace;            /* NULL = all */
	char *labels;               /* NULL = all */
	struct source_group *group; /* of pods: whose selectors labels are; else NULL */
	bool is_part;               /* of what is in that namespace: it says nothing of a cluster */
	bool is_sifted;             /* of all namespaces, where only those with clusters matter */
	struct err start_err;       /* the informer could not even be started */
	bool needed;                /* else it stays until what takes its place has been read */
	bool gone;
};

/* Where lists of a kind are asked for once there are clusters. */
enum source_scope {
	SOURCE_SCOPE_NAMESPACES,  /* one a namespace that has clusters */
	SOURCE_SCOPE_ALL,         /* one of all */
	SOURCE_SCOPE_PILOTS,      /* that is refused: are a few namespaces as well? */
	SOURCE_SCOPE_ALL_REFUSED, /* they are */
};

struct source_scoping {
	struct source_watcher *watcher;
	enum source_scope scope;
	size_t decided_at;          /* so many namespaces; 0 = there are few */
	struct kube_request *count; /* of what all namespaces hold; NULL = none is under way */
};

enum { SOURCE_SCOPED_KINDS = 8 };

struct source_selector {
	const char *namespace; /* of a record */
	char *text;
};

struct source_watcher {
	struct source_options options;
	struct map watched;          /* "kind namespace labels fields" */
	struct record_lookup scopes; /* the same by what they concern, made when it is asked for */
	bool scopes_made;
	/* Of a list of the kind, while what is needed is gone through: what takes its place must not be older. */
	const char *versions[KUBE_KIND_COUNT];
	struct map namespaces; /* that have clusters → struct source_namespace */
	struct source_scoping scoping[SOURCE_SCOPED_KINDS];
	VEC(struct source_selector) selectors; /* of pods, while it is gone through what is needed */
	struct source_groups groups;
	struct source_brokers *sources;
	struct source_last_words *last_words;
	struct source_usage *usage;
	struct loop_timer *follow;
	struct loop_timer *check; /* staleness is the absence of events */
	enum world_link last_link;
};

/* ---- watcher.c ---- */

struct source_need {
	enum kube_kind kind;
	const char *namespace, *labels, *fields; /* NULL = all */
	struct source_group *group;              /* or NULL */
	bool is_sifted;
	bool if_watched; /* only what is watched already stays */
};
void source_watcher_need(struct source_watcher *watcher, const struct source_need *need);
void source_watcher_follow_soon(struct source_watcher *watcher);

/* ---- watcher_scopes.c ---- */

/* Between the first and the last, all clusters are told; the last says what is needed for them. */
void source_scopes_begin(struct source_watcher *watcher);
void source_scopes_add(struct source_watcher *watcher, const struct source_found_cluster *found);
void source_scopes_end(struct source_watcher *watcher);
/* What was refused or counted is looked at anew. */
void source_scopes_ask_again(struct source_watcher *watcher);
/* It is not known yet where lists of the kind will be asked for. */
bool source_scopes_is_counting(const struct source_watcher *watcher, enum kube_kind kind);
bool source_scopes_are_counting(const struct source_watcher *watcher);
bool source_scopes_has_namespace(const struct source_watcher *watcher, const char *namespace);
void source_scopes_finish(struct source_watcher *watcher);

/* ---- watcher_records.c ---- */

void source_watched_on_change(void *data, enum kube_informer_change change, const void *record, const void *was);
/* Its records go, but for those that others hold as well. */
void source_watched_release_records(struct source_watched *watched);
/* A namespace begins or ceases to matter: its records come from the lists of all namespaces, or go. */
void source_watcher_sift(struct source_watcher *watcher, const struct map *came, const struct map *left);

/* ---- watcher_lists.c ---- */

#define SOURCE_ANYWHERE "*" /* in place of a namespace */
/* What is watched of the kind in that namespace; NULL = in all at once. NULL after the last. */
struct source_watched *source_watched_next(struct source_watcher *watcher, enum kube_kind kind, const char *namespace,
					   const struct record_lookup_entry **at);
bool source_watched_is_listed(const struct source_watched *watched);
const struct err *source_watched_error(const struct source_watched *watched);
/* Each has answered, or has failed for a reason that lasts. */
bool source_watcher_lists_are_in(const struct source_watcher *watcher);

#endif
