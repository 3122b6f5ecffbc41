/* The rules: what is wrong, in sentences, told from what was joined. They call the join for what it keeps, never the
 * other way round, and change nothing but severities, states, headlines and the list of problems.
 *
 * Start with rules.c. To add a rule: a line in rules_private.h and a small function rule_NAME in the file of its
 * subject; what it finds becomes a problem, and the worst of a cluster's becomes its headline. */
#ifndef MQDECK_MODEL_RULES_RULES_H
#define MQDECK_MODEL_RULES_RULES_H

struct world;

/* One word and a severity for every broker. */
void rule_broker_states(struct world *world);
/* Problems, headlines, the order of clusters; after rule_broker_states(). */
void rules_find_problems(struct world *world);

#endif
