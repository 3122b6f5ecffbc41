/* What the server says it serves. */
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
	return json_make("{'name':'%s','versions':[{'groupVersion':'%s/%s','version':'%s'}],"
			 "'preferredVersion':{'groupVersion':'%s/%s','version':'%s'}}",
			 group, group, version, version, group, version, version);
}

static cJSON *group_list(void)
{
	cJSON *json = json_make("{'kind':'APIGroupList','apiVersion':'v1','groups':[]}");
	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		cJSON_AddItemToArray(json_at(json, "groups"), group_json(groups[i].group, groups[i].version));
	return json;
}

/* What `kubectl get all` asks for. */
static bool is_of_all(enum kind_id id)
{
	return id == KIND_POD || id == KIND_SERVICE || id == KIND_STATEFUL_SET || id == KIND_RABBITMQ_CLUSTER;
}

static void add_resource(cJSON *list, const struct kind *kind)
{
	static const char verbs[] = "['create','delete','get','list','patch','update','watch']";
	cJSON *json = json_make("{'name':'%s','singularName':'','namespaced':%s,'kind':'%s','verbs':%s}", kind->plural,
				kind->namespaced ? "true" : "false", kind->name, verbs);
	char singular[64];
	size_t len = 0;
	for (; kind->name[len] && len + 1 < sizeof singular; len++)
		singular[len] = (char)(kind->name[len] | 32);
	singular[len] = '\0';
	json_set_text(json, "singularName", singular);
	if (*kind->short_name)
		json_set(json, "shortNames", json_make("['%s']", kind->short_name));
	if (is_of_all(kind->id))
		json_set(json, "categories", json_make("['all']"));
	cJSON_AddItemToArray(list, json);
	cJSON_AddItemToArray(list, json_make("{'name':'%s/status','singularName':'','namespaced':%s,'kind':'%s',"
					     "'verbs':['get','patch','update']}",
					     kind->plural, kind->namespaced ? "true" : "false", kind->name));
	if (kind->has_scale)
		cJSON_AddItemToArray(list, json_make("{'name':'%s/scale','singularName':'','namespaced':true,"
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
		cJSON_AddItemToArray(list, json_make("{'name':'pods/%s','singularName':'','namespaced':true,%s'kind':'%s',"
						     "'verbs':[%s]}",
						     table[i].name, table[i].more, table[i].kind, table[i].verbs));
}

static cJSON *resource_list(const char *group, const char *version)
{
	cJSON *json = json_make("{'kind':'APIResourceList','apiVersion':'v1','groupVersion':'%s%s%s','resources':[]}", group,
				*group ? "/" : "", version);
	cJSON *list = json_at(json, "resources");
	for (enum kind_id id = 0; id < KIND_COUNT; id++) {
		const struct kind *kind = kind_get(id);
		if (str_eq(kind->group, group) && str_eq(kind->version, version))
			add_resource(list, kind);
	}
	if (!*group)
		add_pod_subresources(list);
	if (str_eq(group, "authorization.k8s.io")) {
		cJSON_AddItemToArray(list, json_make("{'name':'selfsubjectaccessreviews','singularName':"
						     "'selfsubjectaccessreview','namespaced':false,"
						     "'kind':'SelfSubjectAccessReview','verbs':['create']}"));
		cJSON_AddItemToArray(list, json_make("{'name':'selfsubjectrulesreviews','singularName':"
						     "'selfsubjectrulesreview','namespaced':false,"
						     "'kind':'SelfSubjectRulesReview','verbs':['create']}"));
	}
	return json;
}

static cJSON *answer_for(struct demo *demo, const struct request_path *path)
{
	const char *first = path->count > 0 ? path->segments[0] : "";
	if (path->count == 1 && str_eq(first, "version"))
		return json_make("{'major':'1','minor':'34','gitVersion':'v1.34.1','gitCommit':'','gitTreeState':'clean',"
				 "'buildDate':'2025-09-09T19:44:50Z','goVersion':'go1.24.6','compiler':'gc',"
				 "'platform':'linux/amd64'}");
	if (path->count == 1 && str_eq(first, "api")) {
		const char *address = strstr(demo->url, "://") + 3;
		return json_make("{'kind':'APIVersions','versions':['v1'],'serverAddressByClientCIDRs':"
				 "[{'clientCIDR':'0.0.0.0/0','serverAddress':'%.*s'}]}",
				 (int)strcspn(address, "/"), address);
	}
	if (path->count == 2 && str_eq(first, "api") && str_eq(path->segments[1], "v1"))
		return resource_list("", "v1");
	if (path->count == 1 && str_eq(first, "apis"))
		return group_list();
	for (size_t i = 0; path->count >= 2 && str_eq(first, "apis") && i < ARRAY_LEN(groups); i++) {
		if (!str_eq(path->segments[1], groups[i].group))
			continue;
		if (path->count == 2) {
			cJSON *json = group_json(groups[i].group, groups[i].version);
			json_set_text(json, "kind", "APIGroup");
			json_set_text(json, "apiVersion", "v1");
			return json;
		}
		if (path->count == 3 && str_eq(path->segments[2], groups[i].version))
			return resource_list(groups[i].group, groups[i].version);
	}
	return NULL;
}

void discovery_answer(struct demo *demo, struct conn *conn, const struct request_path *path)
{
	if (path->count == 1 && (str_eq(path->segments[0], "healthz") || str_eq(path->segments[0], "readyz") ||
				 str_eq(path->segments[0], "livez"))) {
		conn_answer(conn, 200, "text/plain", NULL, "ok", 2);
		return;
	}
	cJSON *json = answer_for(demo, path);
	if (json)
		api_answer_json(conn, 200, json);
	else
		api_answer_status(conn, 404, "NotFound", "the server could not find the requested resource");
}
