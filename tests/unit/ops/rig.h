/* What every test of operations needs: clock, loop, world, API, engine; and reading plans. */
#ifndef MQDECK_TESTS_OPS_RIG_H
#define MQDECK_TESTS_OPS_RIG_H

#include "tests/unit/ops/fake.h"

struct rig {
	struct clock clock;
	struct loop *loop;
	struct fake_world world;
	struct fake_api api;
	struct ops *ops;
	struct ops_plan *plan;
	int ready, progress;
};

struct rig *rig_create(void);
void rig_destroy(struct rig *rig);
/* Another engine, as if the process of the one before had been killed. */
void rig_engine(struct rig *rig, const char *plans_dir, const char *who);

/* Prepares and waits until ready; replaces the plan before. replicas NULL = no argument. */
void rig_prepare(struct rig *rig, const char *operation, const char *target, const char *replicas);
/* The same with one argument of any name; name NULL = none. */
void rig_prepare_with(struct rig *rig, const char *operation, const char *target, const char *name, const char *value);
void rig_run(struct rig *rig);              /* only starts */
void rig_pass(struct rig *rig, int64_t ms); /* time goes by */
bool rig_says(const struct rig *rig, enum ops_sentence_kind kind, const char *part);

#define assert_contains(text, part)                                                                                    \
	do {                                                                                                           \
		if (!(text) || !strstr((text), (part)))                                                                \
			fail_msg("\"%s\" is not in \"%s\"", (part), (text) ? (text) : "(null)");                       \
	} while (0)

#endif
