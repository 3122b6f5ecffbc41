/* Operations end to end: the real client, informers and world on the embedded cluster, under a virtual clock. */
#ifndef MQDECK_TESTS_OPS_DECK_H
#define MQDECK_TESTS_OPS_DECK_H

#include "api/demo/host/demo.h"
#include "api/model/world/world.h"
#include "api/ops/engine/ops.h"

struct deck {
	struct clock clock;
	struct loop *loop;
	struct demo *demo;
	char plans_dir[64];
	/* the client's side */
	struct kubeconfig *config;
	struct kube_access *access;
	struct kube_client *client;
	struct dial_opener *dialer;
	struct world *world;
	struct ops *ops;
	struct ops_plan *plan;
};

int deck_setup(void **state);
int deck_setup_many(void **state);      /* with more broker clusters than are asked as often as they bear */
int deck_setup_very_many(void **state); /* with more than are joined as a whole at each answer */
int deck_teardown(void **state);
/* The client's side goes without a farewell, as if its process was killed, and comes again; the cluster lives on. */
void deck_drop(struct deck *deck);
bool deck_connect(struct deck *deck); /* true once the world is settled */

const struct world_view *deck_view(struct deck *deck);
void deck_pass(struct deck *deck, int64_t ms); /* time goes by */
/* Prepares and waits until ready; replaces the plan before. */
void deck_prepare(struct deck *deck, const char *operation, const char *target, const struct ops_value *values,
		  size_t count);
void deck_resume(struct deck *deck, const char *id); /* and waits until ready */
void deck_begin(struct deck *deck);                  /* only starts to run */
void deck_finish(struct deck *deck);                 /* to the end, which must be DONE */
void deck_run(struct deck *deck);                    /* both */
/* What the cluster is like without what differs from run to run (deck_picture.c): a line an object and a broker,
 * sorted; free() it. Lets 20 s go by first: what follows by itself follows. */
char *deck_picture(struct deck *deck);
bool deck_says(const struct deck *deck, enum ops_sentence_kind kind, const char *part);
void deck_print(const struct deck *deck);

#define deck_must(good, err)                                                                                           \
	do {                                                                                                           \
		if (!(good))                                                                                           \
			fail_msg("%s", (err)->text);                                                                   \
	} while (0)

#endif
