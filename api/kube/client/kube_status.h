/* The server's Status object: why it refused. */
#ifndef MQDECK_KUBE_CLIENT_KUBE_STATUS_H
#define MQDECK_KUBE_CLIENT_KUBE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/base/err.h"
#include "api/kube/records/records.h"

const struct kube_cause *kube_status_cause(const struct kube_status *status, const char *reason); /* NULL when absent */

/* Makes the error of an HTTP answer: the code from status and reason, the sentence from what the server says and from
 * what was asked (`GET /api/v1/pods` names the verb and the resource that are missing on 403). status may be NULL: then
 * the body's first line is quoted. */
void kube_status_err(int http_status, const struct kube_status *status, const char *body, const char *method,
		     const char *path, struct err *err);
/* The same where somebody else answered: `instead` is http_result's. */
void kube_status_foreign(int http_status, const char *instead, struct err *err);

#endif
