/* Reads what rabbitmq-queues quorum_status prints. */
#include "api/ops/rabbitmq/raft_status.h"

#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "api/base/str.h"

enum { INDEX_MAX_BITS = 53 }; /* beyond, what cJSON keeps of a number is not exact */

static int64_t raft_number(const cJSON *row, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(row, name);
	bool whole =
		cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble < (double)(1LL << INDEX_MAX_BITS);
	return whole ? (int64_t)item->valuedouble : -1;
}

static const char *raft_text(const cJSON *row, const char *name)
{
	return str_or(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, name)), "");
}

/* The last entry a member has: 3.10 calls it "Log Index", 4.0 "Last Log Index". */
static int64_t last_entry(const cJSON *row)
{
	int64_t last = raft_number(row, "Last Log Index");
	return last >= 0 ? last : raft_number(row, "Log Index");
}

static int64_t raft_lag(const cJSON *leader, const cJSON *own, char why[static OPS_RABBITMQ_RAFT_WHY_MAX])
{
	int64_t committed = raft_number(leader, "Commit Index"), last = last_entry(own);
	if (committed < 0 || last < 0) {
		snprintf(why, OPS_RABBITMQ_RAFT_WHY_MAX, "does not report the progress of its members");
		return -1;
	}
	return committed > last ? committed - last : 0;
}

static int64_t raft_behind(const cJSON *rows, const char *member, char why[static OPS_RABBITMQ_RAFT_WHY_MAX])
{
	const cJSON *row, *own = NULL, *leader = NULL;
	cJSON_ArrayForEach(row, rows)
	{
		if (str_eq(raft_text(row, "Raft State"), "leader"))
			leader = row;
		if (str_eq(raft_text(row, "Node Name"), member))
			own = row;
	}
	if (!leader)
		snprintf(why, OPS_RABBITMQ_RAFT_WHY_MAX, "has no leader now");
	else if (!own)
		snprintf(why, OPS_RABBITMQ_RAFT_WHY_MAX, "has no member there yet");
	else if (own != leader && !str_eq(raft_text(own, "Raft State"), "follower"))
		snprintf(why, OPS_RABBITMQ_RAFT_WHY_MAX, "has a member there in state \"%.40s\"",
			 raft_text(own, "Raft State"));
	else if (own != leader && *raft_text(own, "Membership") && !str_eq(raft_text(own, "Membership"), "voter"))
		snprintf(why, OPS_RABBITMQ_RAFT_WHY_MAX, "has a member there that does not vote yet (%.40s)",
			 raft_text(own, "Membership"));
	else
		return raft_lag(leader, own, why);
	return -1;
}

int64_t ops_rabbitmq_raft_status_behind(const char *printed, const char *member,
					char why[static OPS_RABBITMQ_RAFT_WHY_MAX])
{
	/* Before it there may be warnings of the runtime. */
	cJSON *rows = cJSON_Parse(str_or(strchr(printed, '['), ""));
	*why = '\0';
	int64_t entries = raft_behind(rows, member, why);
	cJSON_Delete(rows);
	return entries;
}
