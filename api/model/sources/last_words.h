/* What containers that crashed wrote last, where their termination message does not tell: read once for each end, with
 * caps on lines, bytes and time, and kept as a reason (crash_words.h) alone. */
#ifndef MQDECK_MODEL_SOURCES_LAST_WORDS_H
#define MQDECK_MODEL_SOURCES_LAST_WORDS_H

#include "api/kube/records/records.h"
#include "api/model/sources/source_options.h"

struct source_last_words;

struct source_last_words *source_last_words_create(const struct source_options *options); /* borrowed */
void source_last_words_destroy(struct source_last_words *words);                          /* NULL is fine */

/* The reason of the container's last end; NULL while it is not known, and where its log does not tell or may not be read.
 * Whoever asks for the first time has it read: on_change tells when it is there. Valid until the loop runs again. */
const char *source_last_words_reason(struct source_last_words *words, const struct kube_pod *pod,
				     const struct kube_container_status *status);
size_t source_last_words_in_flight(const struct source_last_words *words);

#endif
