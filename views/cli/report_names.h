/* Names for a bug report: each is told as a hash under a key that is drawn for the report and forgotten with it. Equal
 * names stay equal within one report; from outside nobody can try names against it. */
#ifndef MQDECK_VIEWS_CLI_REPORT_NAMES_H
#define MQDECK_VIEWS_CLI_REPORT_NAMES_H

#include "api/base/buf.h"
#include "api/base/err.h"
#include "api/base/map.h"

enum { CLI_NAMES_MAX = 100000 };

struct cli_names {
	unsigned char key[32];
	struct map known; /* names of this cluster: what is one of them is hashed wherever it stands */
};

bool cli_names_init(struct cli_names *names, struct err *err) MUST_USE;
void cli_names_finish(struct cli_names *names);

/* A name, or several with '/', '.', ':', '@' or ',' between them: hashed part by part, and known from then on. Numbers
 * stay, and so do words of Kubernetes' own ("svc", "pods"). */
void cli_names_append(struct cli_names *names, const char *text, struct buf *out);
void cli_names_learn(struct cli_names *names, const char *text);
/* Sentences: what is a known name, or looks like one, is hashed; plain words stay. */
void cli_names_append_sentence(const struct cli_names *names, const char *text, size_t len, struct buf *out);
/* A record of the log: its words and figures stay, its names are hashed, by the key before each. */
void cli_names_append_record(const struct cli_names *names, const char *text, struct buf *out);

#endif
