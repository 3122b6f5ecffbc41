/* What stands in the embedded cluster before anything moves. */
#include <stdio.h>

#include "api/base/str.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/kube/manifests.h"

static struct demo_kube_object *install_object(struct demo *demo, enum demo_kube_kind_id kind, cJSON *json,
					       const char *created)
{
	demo_json_set_text(json, "metadata.creationTimestamp", created);
	return demo_kube_store_put(demo->store, kind, json);
}

static void install_namespace(struct demo *demo, const char *name, const char *created)
{
	install_object(demo, DEMO_KUBE_KIND_NAMESPACE,
		       demo_json_make("{'metadata':{'name':'%s','labels':{'kubernetes.io/metadata.name':'%s'}},"
				      "'spec':{'finalizers':['kubernetes']},'status':{'phase':'Active'}}",
				      name, name),
		       created);
	install_object(demo, DEMO_KUBE_KIND_SERVICE_ACCOUNT,
		       demo_json_make("{'metadata':{'name':'default','namespace':'%s'}}", name), created);
}

static void install_node(struct demo *demo, int index, const char *created)
{
	char name[16];
	snprintf(name, sizeof name, "node-%d", index + 1);
	cJSON *json = demo_json_make(
		"{'metadata':{'name':'%s','labels':{'kubernetes.io/hostname':'%s','kubernetes.io/os':'linux',"
		"'kubernetes.io/arch':'amd64','topology.kubernetes.io/zone':'%c','topology.kubernetes.io/"
		"region':'demo'}},"
		"'spec':{'podCIDR':'10.244.%d.0/24','providerID':'demo://%s'},"
		"'status':{'capacity':{'cpu':'16','memory':'65536Mi','pods':'110'},"
		"'allocatable':{'cpu':'15800m','memory':'63488Mi','pods':'110'},"
		"'addresses':[{'type':'InternalIP','address':'10.10.0.%d'},{'type':'Hostname','address':'%s'}],"
		"'nodeInfo':{'kubeletVersion':'v1.34.1','osImage':'Debian GNU/Linux 12 "
		"(bookworm)','kernelVersion':'6.1.0-28-amd64',"
		"'containerRuntimeVersion':'containerd://1.7.24','architecture':'amd64','operatingSystem':'linux',"
		"'bootID':'','machineID':'','systemUUID':'','kubeProxyVersion':''},'conditions':[]}}",
		name, name, 'a' + index, index, name, 11 + index, name);
	demo_json_set(json, "status.conditions", demo_kube_kubelet_node_conditions(true, created));
	install_object(demo, DEMO_KUBE_KIND_NODE, json, created);
	install_object(
		demo, DEMO_KUBE_KIND_LEASE,
		demo_json_make("{'metadata':{'name':'%s','namespace':'kube-node-lease'},'spec':{'holderIdentity':'%s',"
			       "'leaseDurationSeconds':40}}",
			       name, name),
		created);
}

void demo_kube_install_base(struct demo *demo, const char *created)
{
	static const char *const namespaces[] = {"default", "kube-node-lease", "kube-system", "prod", "staging"};
	for (size_t i = 0; i < ARRAY_LEN(namespaces); i++)
		install_namespace(demo, namespaces[i], created);
	for (int i = 0; i < DEMO_KUBE_NODES; i++)
		install_node(demo, i, created);
	install_object(demo, DEMO_KUBE_KIND_STORAGE_CLASS,
		       demo_json_make("{'metadata':{'name':'standard','annotations':{'storageclass.kubernetes.io/"
				      "is-default-class':'true'}},"
				      "'provisioner':'csi.demo.mqdeck.io','reclaimPolicy':'Delete','"
				      "volumeBindingMode':'WaitForFirstConsumer',"
				      "'allowVolumeExpansion':true}"),
		       created);
	install_object(demo, DEMO_KUBE_KIND_STORAGE_CLASS,
		       demo_json_make("{'metadata':{'name':'local-ssd'},'provisioner':'kubernetes.io/"
				      "no-provisioner','reclaimPolicy':'Retain',"
				      "'volumeBindingMode':'WaitForFirstConsumer','allowVolumeExpansion':false}"),
		       created);
	install_object(
		demo, DEMO_KUBE_KIND_SERVICE,
		demo_json_make("{'metadata':{'name':'kubernetes','namespace':'default'},'spec':{'type':'ClusterIP',"
			       "'clusterIP':'10.96.0.1','ports':[{'name':'https','port':443,'protocol':'TCP','"
			       "targetPort':6443}]},"
			       "'status':{'loadBalancer':{}}}"),
		created);
}

static cJSON *service_ports(const struct demo_cluster_spec *spec, int node_port)
{
	static const struct {
		enum demo_broker_kind kind;
		bool managed_only;
		const char *name, *target;
		int port;
	} table[] = {
		{DEMO_BROKER_RABBITMQ, false, "amqp", "amqp", 5672},
		{DEMO_BROKER_RABBITMQ, false, "management", "management", 15672},
		{DEMO_BROKER_RABBITMQ, false, "prometheus", "prometheus", 15692},
		{DEMO_BROKER_KAFKA, false, "tcp-plain", "9092", 9092},
		{DEMO_BROKER_KAFKA, true, "tcp-scram", "9094", 9094},
	};
	cJSON *ports = cJSON_CreateArray();
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (table[i].kind != spec->kind || (table[i].managed_only && !spec->managed))
			continue;
		cJSON *port = demo_json_make("{'name':'%s','port':%d,'protocol':'TCP'}", table[i].name, table[i].port);
		int64_t number;
		if (str_to_i64(table[i].target, &number))
			demo_json_set_number(port, "targetPort", (double)number);
		else
			demo_json_set_text(port, "targetPort", table[i].target);
		if (node_port)
			demo_json_set_number(port, "nodePort", node_port++);
		cJSON_AddItemToArray(ports, port);
	}
	return ports;
}

static void install_service(struct demo *demo, const struct demo_cluster_spec *spec, const char *name, const char *type,
			    int node_port, const char *created)
{
	char address[32];
	if (!name)
		return;
	bool headless = str_eq(name, spec->headless);
	cJSON *json =
		demo_json_make("{'metadata':{'name':'%s','namespace':'%s'},'spec':{'type':'%s','clusterIP':'%s',"
			       "'publishNotReadyAddresses':%s,'sessionAffinity':'None'},'status':{'loadBalancer':{}}}",
			       name, spec->namespace, type,
			       headless ? "None" : demo_kube_manifest_cluster_ip(name, address, sizeof address),
			       headless ? "true" : "false");
	demo_json_set(json, "metadata.labels", demo_kube_manifest_labels(spec));
	demo_json_set(json, "spec.selector", demo_kube_manifest_selector(spec));
	demo_json_set(json, "spec.ports", service_ports(spec, node_port));
	install_object(demo, DEMO_KUBE_KIND_SERVICE, json, created);
}

static void install_secret(struct demo *demo, const struct demo_cluster_spec *spec, const char *created)
{
	if (!spec->secret)
		return;
	cJSON *json = demo_json_make("{'metadata':{'name':'%s','namespace':'%s'},'type':'Opaque'}", spec->secret,
				     spec->namespace);
	cJSON *labels = demo_kube_manifest_labels(spec);
	if (spec->kind == DEMO_BROKER_KAFKA) {
		cJSON_DeleteItemFromObjectCaseSensitive(labels, "strimzi.io/kind");
		cJSON_AddStringToObject(labels, "strimzi.io/kind", "KafkaUser");
		char config[256];
		snprintf(config, sizeof config,
			 "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" "
			 "password=\"%s\";",
			 spec->user, spec->password);
		demo_kube_manifest_set_secret(json, "password", spec->password);
		demo_kube_manifest_set_secret(json, "sasl.jaas.config", config);
	} else {
		demo_kube_manifest_set_secret(json, "username", spec->user);
		demo_kube_manifest_set_secret(json, "password", spec->password);
		demo_kube_manifest_set_secret(json, "host", spec->client_service);
		demo_kube_manifest_set_secret(json, "port", "5672");
	}
	demo_json_set(json, "metadata.labels", labels);
	install_object(demo, DEMO_KUBE_KIND_SECRET, json, created);
}

static struct demo_kube_object *install_custom_resources(struct demo *demo, const struct demo_cluster_spec *spec,
							 const char *created)
{
	if (!spec->managed)
		return NULL;
	if (spec->kind == DEMO_BROKER_RABBITMQ)
		return install_object(
			demo, DEMO_KUBE_KIND_RABBITMQ_CLUSTER,
			demo_json_make(
				"{'metadata':{'name':'%s','namespace':'%s'},'spec':{'replicas':%d,'image':'%s',"
				"'persistence':{'storage':'%dGi','storageClassName':'%s'}},"
				"'status':{'observedGeneration':1,'defaultUser':{'secretReference':{'name':'%s','"
				"namespace':'%s',"
				"'keys':{'username':'username','password':'password'}},"
				"'serviceReference':{'name':'%s','namespace':'%s'}},'binding':{'name':'%s'},'"
				"conditions':[]}}",
				spec->name, spec->namespace, spec->replicas, spec->image, spec->storage_gib,
				spec->storage_class, spec->secret, spec->namespace, spec->client_service,
				spec->namespace, spec->secret),
			created);
	install_object(
		demo, DEMO_KUBE_KIND_KAFKA,
		demo_json_make(
			"{'metadata':{'name':'%s','namespace':'%s'},'spec':{'kafka':{'version':'%s','"
			"metadataVersion':'3.9-IV0',"
			"'listeners':[{'name':'plain','port':9092,'type':'internal','tls':false},{'name':'scram','"
			"port':9094,"
			"'type':'internal','tls':false,'authentication':{'type':'scram-sha-512'}}],"
			"'config':{'min.insync.replicas':2,'default.replication.factor':3}}},'status':{'"
			"observedGeneration':1,"
			"'kafkaVersion':'%s','kafkaMetadataVersion':'3.9-IV0','clusterId':'bG9ncy1zdGFnaW5nLWlkQQ',"
			"'listeners':[{'name':'plain','bootstrapServers':'%s.%s.svc:9092'},"
			"{'name':'scram','bootstrapServers':'%s.%s.svc:9094'}],'conditions':[]}}",
			spec->name, spec->namespace, spec->version, spec->version, spec->client_service,
			spec->namespace, spec->client_service, spec->namespace),
		created);
	install_object(demo, DEMO_KUBE_KIND_KAFKA_USER,
		       demo_json_make("{'metadata':{'name':'%s','namespace':'%s','labels':{'strimzi.io/cluster':'%s'}},"
				      "'spec':{'authentication':{'type':'scram-sha-512'}},'status':{'username':'%s','"
				      "secret':'%s','conditions':"
				      "[{'type':'Ready','status':'True','lastTransitionTime':'%s'}]}}",
				      spec->user, spec->namespace, spec->name, spec->user, spec->secret, created),
		       created);
	return install_object(
		demo, DEMO_KUBE_KIND_NODE_POOL,
		demo_json_make(
			"{'metadata':{'name':'brokers','namespace':'%s','labels':{'strimzi.io/cluster':'%s'}},"
			"'spec':{'replicas':%d,'roles':['controller','broker'],'storage':{'type':'jbod','volumes':"
			"[{'id':0,'type':'persistent-claim','size':'%dGi','class':'%s'}]}},"
			"'status':{'observedGeneration':1,'nodeIds':[],'roles':['controller','broker'],'replicas':%"
			"d}}",
			spec->namespace, spec->name, spec->replicas, spec->storage_gib, spec->storage_class,
			spec->replicas),
		created);
}

static void add_owner(cJSON *json, const struct demo_kube_object *owner)
{
	char version[64];
	if (owner)
		demo_json_set(
			json, "metadata.ownerReferences",
			demo_json_make("[{'apiVersion':'%s','kind':'%s','name':'%s','uid':'%s','controller':true}]",
				       demo_kube_kind_api_version(owner->kind, version, sizeof version),
				       owner->kind->name, owner->name, demo_json_text(owner->json, "metadata.uid")));
}

/* The template is the pod of ordinal 0 without what belongs to that ordinal. */
static void install_stateful_set(struct demo *demo, const struct demo_cluster_spec *spec,
				 const struct demo_kube_object *owner, const char *created)
{
	cJSON *json = demo_json_make(
		"{'metadata':{'name':'%s','namespace':'%s'},'spec':{'replicas':%d,'serviceName':'%s',"
		"'podManagementPolicy':'Parallel','updateStrategy':{'type':'RollingUpdate','rollingUpdate':"
		"{'partition':0}},'revisionHistoryLimit':10,'persistentVolumeClaimRetentionPolicy':"
		"{'whenDeleted':'Retain','whenScaled':'Retain'},'selector':{},'template':{'metadata':{},'spec':{}},"
		"'volumeClaimTemplates':[]},'status':{'replicas':0}}",
		spec->set, spec->namespace, spec->replicas, spec->headless);
	demo_json_set(json, "metadata.labels", demo_kube_manifest_labels(spec));
	demo_json_set(json, "spec.selector.matchLabels", demo_kube_manifest_selector(spec));
	demo_json_set(json, "spec.template.metadata.labels", demo_kube_manifest_labels(spec));
	const struct demo_kube_object none = {
		.kind = demo_kube_kind_get(DEMO_KUBE_KIND_STATEFUL_SET), .name = spec->set, .json = json};
	cJSON *pod = demo_kube_manifest_pod(spec, 0, &none);
	cJSON *pod_spec = cJSON_DetachItemFromObjectCaseSensitive(pod, "spec");
	cJSON_Delete(pod);
	static const char *const own[] = {"hostname", "subdomain", "volumes", "tolerations"};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		cJSON_DeleteItemFromObjectCaseSensitive(pod_spec, own[i]);
	demo_json_set(json, "spec.template.spec", pod_spec);
	cJSON *claim = demo_kube_manifest_claim(spec, 0);
	demo_json_set_text(claim, "metadata.name", spec->claim);
	cJSON_DeleteItemFromObjectCaseSensitive(demo_json_at(claim, "metadata"), "namespace");
	cJSON_DeleteItemFromObjectCaseSensitive(demo_json_at(claim, "metadata"), "finalizers");
	cJSON_AddItemToArray(demo_json_at(json, "spec.volumeClaimTemplates"), claim);
	add_owner(json, owner);
	install_object(demo, DEMO_KUBE_KIND_STATEFUL_SET, json, created);
}

void demo_kube_install_cluster(struct demo *demo, const struct demo_cluster_spec *spec, const char *created)
{
	bool strimzi = spec->managed && spec->kind == DEMO_BROKER_KAFKA;
	if (!demo_kube_store_get(demo->store, DEMO_KUBE_KIND_NAMESPACE, "", spec->namespace))
		install_namespace(demo, spec->namespace, created);
	install_service(demo, spec, spec->headless, "ClusterIP", 0, created);
	install_service(demo, spec, spec->client_service, "ClusterIP", 0, created);
	install_service(demo, spec, spec->node_service, "NodePort", spec->kind == DEMO_BROKER_KAFKA ? 32092 : 31672,
			created);
	install_secret(demo, spec, created);
	install_object(demo, DEMO_KUBE_KIND_SERVICE_ACCOUNT,
		       demo_json_make("{'metadata':{'name':'%s','namespace':'%s'}}", spec->name, spec->namespace),
		       created);
	install_object(demo, DEMO_KUBE_KIND_CONFIG_MAP,
		       demo_json_make("{'metadata':{'name':'%s-config','namespace':'%s'},'data':{'%s':''}}", spec->name,
				      spec->namespace,
				      spec->kind == DEMO_BROKER_KAFKA ? "server.properties" : "rabbitmq.conf"),
		       created);
	cJSON *budget =
		demo_json_make("{'metadata':{'name':'%s','namespace':'%s'},'spec':{'maxUnavailable':1,'selector':{}},"
			       "'status':{}}",
			       spec->name, spec->namespace);
	demo_json_set(budget, "spec.selector.matchLabels", demo_kube_manifest_selector(spec));
	demo_json_set(budget, "metadata.labels", demo_kube_manifest_labels(spec));
	install_object(demo, DEMO_KUBE_KIND_BUDGET, budget, created);
	const struct demo_kube_object *owner = install_custom_resources(demo, spec, created);
	if (strimzi) {
		cJSON *set = demo_json_make(
			"{'metadata':{'name':'%s','namespace':'%s'},'spec':{'pods':[],'selector':{}},'status':{}}",
			spec->set, spec->namespace);
		demo_json_set(set, "metadata.labels", demo_kube_manifest_labels(spec));
		cJSON_AddStringToObject(demo_json_at(set, "metadata.labels"), "strimzi.io/pool-name", "brokers");
		demo_json_set(set, "spec.selector.matchLabels", demo_kube_manifest_selector(spec));
		install_object(demo, DEMO_KUBE_KIND_POD_SET, set, created);
	} else {
		install_stateful_set(demo, spec, owner, created);
	}
}
