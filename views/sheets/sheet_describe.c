/* Parts of a description that several kinds of rows have. */
#include "views/sheets/sheet_describe.h"

#include "api/base/str.h"

void sheet_describe_section(struct buf *out, const char *title)
{
	buf_printf(out, "%s%s\n", out->len ? "\n" : "", title);
}

void sheet_describe_line(struct buf *out, const char *label, const char *text)
{
	buf_printf(out, "  %-*s %s\n", SHEET_DESCRIBE_WIDTH, label, text);
}

void sheet_describe_conditions(struct buf *out, const struct kube_condition *conditions, size_t count)
{
	if (count == 0)
		return;
	sheet_describe_section(out, "Conditions");
	for (size_t i = 0; i < count; i++) {
		buf_printf(out, "  %-*s %-8s %s%s%s\n", SHEET_DESCRIBE_WIDTH, str_or(conditions[i].type, "?"),
			   str_or(conditions[i].status, "?"), str_or(conditions[i].reason, ""),
			   str_empty(conditions[i].message) ? "" : ": ", str_or(conditions[i].message, ""));
	}
}

static void describe_containers(struct buf *out, const struct kube_container *containers, size_t count,
				const struct kube_container_status *statuses, size_t status_count)
{
	for (size_t i = 0; i < count; i++) {
		sheet_describe_line(out, str_or(containers[i].name, "?"), str_or(containers[i].image, "?"));
		for (size_t s = 0; s < status_count; s++) {
			const struct kube_container_status *status = &statuses[s];
			if (!str_eq(status->name, containers[i].name))
				continue;
			buf_printf(out, "  %-*s %s, %d restart%s%s%s%s%s\n", SHEET_DESCRIBE_WIDTH, "",
				   status->ready ? "ready" : "not ready", status->restart_count,
				   status->restart_count == 1 ? "" : "s", status->waiting_reason ? ", waiting: " : "",
				   str_or(status->waiting_reason, ""), str_empty(status->waiting_message) ? "" : " ",
				   str_or(status->waiting_message, ""));
			if (status->last_terminated_reason)
				buf_printf(out, "  %-*s last terminated: %s, exit code %d\n", SHEET_DESCRIBE_WIDTH, "",
					   status->last_terminated_reason, status->last_exit_code);
		}
	}
}

void sheet_describe_pod(struct buf *out, const struct kube_pod *pod)
{
	if (pod->init_container_count) {
		sheet_describe_section(out, "Init containers");
		describe_containers(out, pod->init_containers, pod->init_container_count, pod->init_statuses,
				    pod->init_status_count);
	}
	sheet_describe_section(out, "Containers");
	describe_containers(out, pod->containers, pod->container_count, pod->statuses, pod->status_count);
	sheet_describe_conditions(out, pod->conditions, pod->condition_count);
}
