/* A container's log, as the kubelet has it. */
#ifndef MQDECK_KUBE_CLIENT_KUBE_LOGS_H
#define MQDECK_KUBE_CLIENT_KUBE_LOGS_H

#include "api/kube/client/kube_client.h"

struct kube_logs;

struct kube_logs_options {
	const char *namespace, *pod, *container; /* container NULL = the only one */
	int64_t since_seconds;                   /* 0 = no limit */
	const char *since_time;                  /* RFC 3339, whole seconds; NULL = no limit */
	int64_t tail_lines, limit_bytes;         /* 0 = no limit */
	int64_t timeout_ms;                      /* 0 = as for any request; not of one that is followed */
	bool previous, follow, timestamps;
	bool is_budgeted; /* as of kube_call */
	void (*on_data)(void *data, const char *bytes,
			size_t len);                        /* any cut: lines are the caller's to put together */
	void (*on_done)(void *data, const struct err *err); /* exactly once unless closed; ERR_NONE at the end */
	void *data;
};

struct kube_logs *kube_logs_follow(struct kube_client *client, const struct kube_logs_options *options,
				   struct err *err) MUST_USE;
void kube_logs_close(struct kube_logs *logs); /* NULL is fine; not after on_done */

#endif
