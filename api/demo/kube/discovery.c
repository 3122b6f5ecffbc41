/* Discovery: /version, /api and /apis, made from the table of kinds, as clients ask before anything else. */
#include <string.h>

#include "api/base/str.h"
#include "api/demo/kube/api_server.h"

static const struct {
	const char *group, *version;
} groups[] = {
	{"apps", "v1"},
	{"authorization.k8s.io", "v1"},
	{"coordination.k8s.io", "v1"},
	{"core.strimzi.io", "v1"},
	{"discovery.k8s.io", "v1"},
	{"kafka.strimzi.io", "v1"},
	{"policy", "v1"},
	{"rabbitmq.com", "v1beta1"},
	{"storage.k8s.io", "v1"},
};

static cJSON *group_json(const char *group, const char *version)
{
	return demo_json_make("{'name':'%s','versions':[{'groupVersion':'%s/%s','version':'%s'}],"
			      "'preferredVersion':{'groupVersion':'%s/%s','version':'%s'}}",
			      group, group, version, version, group, version, version);
}

static cJSON *group_list(void)
{
	cJSON *json = demo_json_make("{'kind':'APIGroupList','apiVersion':'v1','groups':[]}");
	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		cJSON_AddItemToArray(demo_json_at(json, "groups"), group_json(groups[i].group, groups[i].version));
	return json;
}

/* What `kubectl get all` asks for. */
static bool is_of_all(enum demo_kube_kind_id id)
{
	return id == DEMO_KUBE_KIND_POD || id == DEMO_KUBE_KIND_SERVICE || id == DEMO_KUBE_KIND_STATEFUL_SET ||
	       id == DEMO_KUBE_KIND_RABBITMQ_CLUSTER;
}

static void add_resource(cJSON *list, const struct demo_kube_kind *kind)
{
	static const char verbs[] = "['create','delete','get','list','patch','update','watch']";
	cJSON *json = demo_json_make("{'name':'%s','singularName':'','namespaced':%s,'kind':'%s','verbs':%s}",
				     kind->plural, kind->namespaced ? "true" : "false", kind->name, verbs);
	char singular[64];
	size_t len = 0;
	for (; kind->name[len] && len + 1 < sizeof singular; len++)
		singular[len] = (char)(kind->name[len] | 32);
	singular[len] = '\0';
	demo_json_set_text(json, "singularName", singular);
	if (*kind->short_name)
		demo_json_set(json, "shortNames", demo_json_make("['%s']", kind->short_name));
	if (is_of_all(kind->id))
		demo_json_set(json, "categories", demo_json_make("['all']"));
	cJSON_AddItemToArray(list, json);
	cJSON_AddItemToArray(list, demo_json_make("{'name':'%s/status','singularName':'','namespaced':%s,'kind':'%s',"
						  "'verbs':['get','patch','update']}",
						  kind->plural, kind->namespaced ? "true" : "false", kind->name));
	if (kind->has_scale)
		cJSON_AddItemToArray(list, demo_json_make("{'name':'%s/scale','singularName':'','namespaced':true,"
							  "'group':'autoscaling','version':'v1','kind':'Scale',"
							  "'verbs':['get','patch','update']}",
							  kind->plural));
}

static void add_pod_subresources(cJSON *list)
{
	static const struct {
		const char *name, *kind, *verbs, *more;
	} table[] = {
		{"exec", "PodExecOptions", "'create','get'", ""},
		{"log", "Pod", "'get'", ""},
		{"portforward", "PodPortForwardOptions", "'create','get'", ""},
		{"eviction", "Eviction", "'create'", "'group':'policy','version':'v1',"},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		cJSON_AddItemToArray(
			list, demo_json_make("{'name':'pods/%s','singularName':'','namespaced':true,%s'kind':'%s',"
					     "'verbs':[%s]}",
					     table[i].name, table[i].more, table[i].kind, table[i].verbs));
}

static cJSON *resource_list(const char *group, const char *version)
{
	cJSON *json =
		demo_json_make("{'kind':'APIResourceList','apiVersion':'v1','groupVersion':'%s%s%s','resources':[]}",
			       group, *group ? "/" : "", version);
	cJSON *list = demo_json_at(json, "resources");
	for (enum demo_kube_kind_id id = 0; id < DEMO_KUBE_KIND_COUNT; id++) {
		const struct demo_kube_kind *kind = demo_kube_kind_get(id);
		if (str_eq(kind->group, group) && str_eq(kind->version, version))
			add_resource(list, kind);
	}
	if (!*group)
		add_pod_subresources(list);
	if (str_eq(group, "authorization.k8s.io")) {
		cJSON_AddItemToArray(list, demo_json_make("{'name':'selfsubjectaccessreviews','singularName':"
							  "'selfsubjectaccessreview','namespaced':false,"
							  "'kind':'SelfSubjectAccessReview','verbs':['create']}"));
		cJSON_AddItemToArray(list, demo_json_make("{'name':'selfsubjectrulesreviews','singularName':"
							  "'selfsubjectrulesreview','namespaced':false,"
							  "'kind':'SelfSubjectRulesReview','verbs':['create']}"));
	}
	return json;
}

/* /apis/GROUP and /apis/GROUP/VERSION */
static cJSON *answer_for_group(const struct demo_request_path *path)
{
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		if (!str_eq(path->segments[1], groups[i].group))
			continue;
		if (path->count == 2) {
			cJSON *json = group_json(groups[i].group, groups[i].version);
			demo_json_set_text(json, "kind", "APIGroup");
			demo_json_set_text(json, "apiVersion", "v1");
			return json;
		}
		if (path->count == 3 && str_eq(path->segments[2], groups[i].version))
			return resource_list(groups[i].group, groups[i].version);
	}
	return NULL;
}

static cJSON *answer_for(struct demo *demo, const struct demo_request_path *path)
{
	const char *first = path->count > 0 ? path->segments[0] : "";
	if (path->count == 1 && str_eq(first, "version"))
		return demo_json_make(
			"{'major':'1','minor':'34','gitVersion':'v1.34.1','gitCommit':'','gitTreeState':'clean',"
			"'buildDate':'2025-09-09T19:44:50Z','goVersion':'go1.24.6','compiler':'gc',"
			"'platform':'linux/amd64'}");
	if (path->count == 1 && str_eq(first, "api")) {
		const char *address = strstr(demo->url, "://") + 3;
		return demo_json_make("{'kind':'APIVersions','versions':['v1'],'serverAddressByClientCIDRs':"
				      "[{'clientCIDR':'0.0.0.0/0','serverAddress':'%.*s'}]}",
				      (int)strcspn(address, "/"), address);
	}
	if (path->count == 2 && str_eq(first, "api") && str_eq(path->segments[1], "v1"))
		return resource_list("", "v1");
	if (!str_eq(first, "apis"))
		return NULL;
	return path->count == 1 ? group_list() : answer_for_group(path);
}

void demo_kube_discovery_answer(struct demo *demo, struct demo_http_conn *conn, const struct demo_request_path *path)
{
	if (path->count == 1 && (str_eq(path->segments[0], "healthz") || str_eq(path->segments[0], "readyz") ||
				 str_eq(path->segments[0], "livez"))) {
		demo_http_conn_answer(conn, 200, "text/plain", NULL, "ok", 2);
		return;
	}
	cJSON *json = answer_for(demo, path);
	if (json)
		demo_kube_api_answer_json(conn, 200, json);
	else
		demo_kube_api_answer_status(conn, 404, "NotFound", "the server could not find the requested resource");
}
