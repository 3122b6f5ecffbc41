/* The rules: what is wrong, in sentences, told from what was joined. They call the join for what it keeps, never the
 * other way round, and change nothing but severities, states, headlines and the list of problems.
 *
 * Start with rules.c. To add a rule: a line in rules_private.h and a small function rule_NAME in the file of its
 * subject; what it finds becomes a problem, and the worst of a cluster's becomes its headline. */
#ifndef MQDECK_MODEL_RULES_RULES_H
#define MQDECK_MODEL_RULES_RULES_H

struct join_cluster;
struct world;

/* A word and a severity for each broker, what is wrong with the cluster, its headline. */
void rules_judge_cluster(struct join_cluster *cluster);
/* The same of all clusters, and what is wrong with no cluster of its own. */
void rules_judge_world(struct world *world);
/* The list of problems and the order of clusters, after whatever was judged. */
void rules_order(struct world *world);

#endif
