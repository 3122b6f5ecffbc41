/* The server's Status object: why it refused. */
#ifndef MQDECK_KUBE_CLIENT_KUBE_STATUS_H
#define MQDECK_KUBE_CLIENT_KUBE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/base/mem.h"
#include "api/kube/records/records.h"

struct kube_cause {
	const char *reason, *message, *field; /* "FieldManagerConflict", "DisruptionBudget", "ExitCode", … */
};

struct kube_status {
	struct kube_meta meta;                 /* continue tokens and the like are not kept */
	const char *status, *message, *reason; /* "Failure"; text; "Forbidden" … */
	const char *kind, *name;               /* of details */
	struct kube_cause *causes;
	size_t cause_count;
	int32_t code, retry_after_s; /* 0 = not said */
};

/* JSON or protobuf by what the bytes are. NULL when it is no Status. Free with kube_record_free. */
struct kube_status *kube_status_parse(const char *body, size_t len) MUST_USE;
const struct kube_cause *kube_status_cause(const struct kube_status *status, const char *reason); /* NULL when absent */

/* Makes the error of an HTTP answer: the code from status and reason, the sentence from what the server says and from
 * what was asked (`GET /api/v1/pods` names the verb and the resource that are missing on 403). status may be NULL: then
 * the body's first line is quoted. */
void kube_status_err(int http_status, const struct kube_status *status, const char *body, const char *method,
		     const char *path, struct err *err);

#endif
