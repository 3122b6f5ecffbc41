/* Which places are read for a RabbitMQ cluster's user and password: of a pod that names thousands no more than anybody
 * means. */
#include "tests/unit/unit.h"

#include "api/base/mem.h"
#include "api/base/str.h"
#include "api/model/sources/rabbitmq_candidates.h"

enum { MANY = 1500 };

struct crowd {
	struct kube_mount mounts[MANY];
	struct kube_volume_source volumes[MANY];
	struct kube_projection projections[MANY];
	struct kube_env_from whole[MANY];
	struct kube_env env[1];
	struct kube_container container;
	struct kube_pod pod;
	char *names[MANY];
};

static void crowd_begin(struct crowd *crowd)
{
	crowd->env[0] = (struct kube_env){.name = "RABBITMQ_PASSWORD_FILE", .value = "/etc/rabbitmq/0/password"};
	for (size_t i = 0; i < MANY; i++) {
		char *name = crowd->names[i] = str_printf("/etc/rabbitmq/%zu", i);
		crowd->mounts[i] = (struct kube_mount){.name = name, .mount_path = name};
		crowd->projections[i] = (struct kube_projection){.config_map_name = name};
		crowd->whole[i] = (struct kube_env_from){.secret_name = name};
	}
	for (size_t i = 0; i < MANY; i++)
		crowd->volumes[i] = (struct kube_volume_source){
			.name = crowd->names[i], .projections = crowd->projections, .projection_count = MANY};
	crowd->container = (struct kube_container){.name = "rabbitmq",
						   .image = "rabbitmq:4",
						   .env = crowd->env,
						   .env_count = 1,
						   .env_from = crowd->whole,
						   .env_from_count = MANY,
						   .mounts = crowd->mounts,
						   .mount_count = MANY};
	crowd->pod = (struct kube_pod){
		.containers = &crowd->container, .container_count = 1, .volumes = crowd->volumes, .volume_count = MANY};
}

static void of_thousands_few_are_read(void **state)
{
	const struct source_found_cluster found = {.namespace = "prod", .name = "mq"};
	struct crowd *crowd = mem_alloc(sizeof *crowd);
	struct source_rabbitmq_candidates candidates;
	size_t places = 0;
	crowd_begin(crowd);
	source_rabbitmq_candidates_find(&found, &crowd->pod, NULL, &candidates);
	vec_each (&candidates.items, candidate)
		places += candidate->user.places.len + candidate->password.places.len;
	assert_in_range(candidates.configs.len, 1, 64);
	assert_in_range(candidates.items.len, 2, 40);
	assert_in_range(places, 10, 300);
	source_rabbitmq_candidates_finish(&candidates);
	for (size_t i = 0; i < MANY; i++)
		free(crowd->names[i]);
	free(crowd);
}

/* A password without a user: it waits for none once the next one is tried. */
static void what_is_not_tried_any_more_is_not_kept(void **state)
{
	struct kube_env env[] = {{.name = "RABBITMQ_PASSWORD", .value = "canary"},
				 {.name = "RABBITMQ_USERNAME", .secret_name = "users", .key = "name"}};
	struct kube_container container = {
		.name = "rabbitmq", .image = "rabbitmq:4", .env = env, .env_count = ARRAY_LEN(env)};
	const struct kube_pod pod = {.containers = &container, .container_count = 1};
	const struct source_found_cluster found = {.namespace = "prod", .name = "mq"};
	const struct kube_secret users = {.meta = {.name = "users"}};
	struct source_rabbitmq_candidates candidates;
	struct err err = {0};
	bool complete;
	source_rabbitmq_candidates_find(&found, &pod, NULL, &candidates);
	struct source_rabbitmq_candidate *first = candidates.items.items;
	assert_non_null(source_rabbitmq_candidate_place(first, &complete));
	source_rabbitmq_candidate_take(first, &users, &err);
	assert_string_equal(err.text, "secret prod/users has no name");
	assert_null(source_rabbitmq_candidate_place(first, &complete));
	assert_false(complete);
	assert_string_equal(first->password.known, "canary");
	source_rabbitmq_candidate_forget(first);
	assert_null(first->password.known);
	source_rabbitmq_candidates_finish(&candidates);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_thousands_few_are_read),
		cmocka_unit_test(what_is_not_tried_any_more_is_not_kept),
	};
	return cmocka_run_group_tests_name("model/rabbitmq_candidates", tests, NULL, NULL);
}
