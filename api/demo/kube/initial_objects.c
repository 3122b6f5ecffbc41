/* What stands in the embedded cluster before anything moves. */
#include <stdio.h>

#include "api/base/str.h"
#include "api/demo/kube/kubelet.h"
#include "api/demo/kube/manifests.h"

static struct object *put(struct demo *demo, enum kind_id kind, cJSON *json, const char *created)
{
	json_set_text(json, "metadata.creationTimestamp", created);
	return store_put(demo->store, kind, json);
}

static void install_namespace(struct demo *demo, const char *name, const char *created)
{
	put(demo, KIND_NAMESPACE,
	    json_make("{'metadata':{'name':'%s','labels':{'kubernetes.io/metadata.name':'%s'}},"
		      "'spec':{'finalizers':['kubernetes']},'status':{'phase':'Active'}}",
		      name, name),
	    created);
	put(demo, KIND_SERVICE_ACCOUNT, json_make("{'metadata':{'name':'default','namespace':'%s'}}", name), created);
}

static void install_node(struct demo *demo, int index, const char *created)
{
	char name[16];
	snprintf(name, sizeof name, "node-%d", index + 1);
	cJSON *json = json_make(
		"{'metadata':{'name':'%s','labels':{'kubernetes.io/hostname':'%s','kubernetes.io/os':'linux',"
		"'kubernetes.io/arch':'amd64','topology.kubernetes.io/zone':'%c','topology.kubernetes.io/region':'demo'}},"
		"'spec':{'podCIDR':'10.244.%d.0/24','providerID':'demo://%s'},"
		"'status':{'capacity':{'cpu':'16','memory':'65536Mi','pods':'110'},"
		"'allocatable':{'cpu':'15800m','memory':'63488Mi','pods':'110'},"
		"'addresses':[{'type':'InternalIP','address':'10.10.0.%d'},{'type':'Hostname','address':'%s'}],"
		"'nodeInfo':{'kubeletVersion':'v1.34.1','osImage':'Debian GNU/Linux 12 (bookworm)','kernelVersion':'6.1.0-28-amd64',"
		"'containerRuntimeVersion':'containerd://1.7.24','architecture':'amd64','operatingSystem':'linux',"
		"'bootID':'','machineID':'','systemUUID':'','kubeProxyVersion':''},'conditions':[]}}",
		name, name, 'a' + index, index, name, 11 + index, name);
	json_set(json, "status.conditions", kubelet_node_conditions(true, created));
	put(demo, KIND_NODE, json, created);
	put(demo, KIND_LEASE,
	    json_make("{'metadata':{'name':'%s','namespace':'kube-node-lease'},'spec':{'holderIdentity':'%s',"
		      "'leaseDurationSeconds':40}}",
		      name, name),
	    created);
}

void manifests_install_base(struct demo *demo, const char *created)
{
	static const char *const namespaces[] = {"default", "kube-node-lease", "kube-system", "prod", "staging"};
	for (size_t i = 0; i < ARRAY_LEN(namespaces); i++)
		install_namespace(demo, namespaces[i], created);
	for (int i = 0; i < KUBELET_NODES; i++)
		install_node(demo, i, created);
	put(demo, KIND_STORAGE_CLASS,
	    json_make("{'metadata':{'name':'standard','annotations':{'storageclass.kubernetes.io/is-default-class':'true'}},"
		      "'provisioner':'csi.demo.mqdeck.io','reclaimPolicy':'Delete','volumeBindingMode':'WaitForFirstConsumer',"
		      "'allowVolumeExpansion':true}"),
	    created);
	put(demo, KIND_STORAGE_CLASS,
	    json_make("{'metadata':{'name':'local-ssd'},'provisioner':'kubernetes.io/no-provisioner','reclaimPolicy':'Retain',"
		      "'volumeBindingMode':'WaitForFirstConsumer','allowVolumeExpansion':false}"),
	    created);
	put(demo, KIND_SERVICE,
	    json_make("{'metadata':{'name':'kubernetes','namespace':'default'},'spec':{'type':'ClusterIP',"
		      "'clusterIP':'10.96.0.1','ports':[{'name':'https','port':443,'protocol':'TCP','targetPort':6443}]},"
		      "'status':{'loadBalancer':{}}}"),
	    created);
}

static cJSON *service_ports(const struct cluster_spec *spec, int node_port)
{
	static const struct {
		enum broker_kind kind;
		bool managed_only;
		const char *name, *target;
		int port;
	} table[] = {
		{BROKER_RABBITMQ, false, "amqp", "amqp", 5672},
		{BROKER_RABBITMQ, false, "management", "management", 15672},
		{BROKER_RABBITMQ, false, "prometheus", "prometheus", 15692},
		{BROKER_KAFKA, false, "tcp-plain", "9092", 9092},
		{BROKER_KAFKA, true, "tcp-scram", "9094", 9094},
	};
	cJSON *ports = cJSON_CreateArray();
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (table[i].kind != spec->kind || (table[i].managed_only && !spec->managed))
			continue;
		cJSON *port = json_make("{'name':'%s','port':%d,'protocol':'TCP'}", table[i].name, table[i].port);
		int64_t number;
		if (str_to_i64(table[i].target, &number))
			json_set_number(port, "targetPort", (double)number);
		else
			json_set_text(port, "targetPort", table[i].target);
		if (node_port)
			json_set_number(port, "nodePort", node_port++);
		cJSON_AddItemToArray(ports, port);
	}
	return ports;
}

static void install_service(struct demo *demo, const struct cluster_spec *spec, const char *name, const char *type,
			    int node_port, const char *created)
{
	char address[32];
	if (!name)
		return;
	bool headless = str_eq(name, spec->headless);
	cJSON *json = json_make("{'metadata':{'name':'%s','namespace':'%s'},'spec':{'type':'%s','clusterIP':'%s',"
				"'publishNotReadyAddresses':%s,'sessionAffinity':'None'},'status':{'loadBalancer':{}}}",
				name, spec->namespace, type,
				headless ? "None" : manifest_cluster_ip(name, address, sizeof address),
				headless ? "true" : "false");
	json_set(json, "metadata.labels", manifest_labels(spec));
	json_set(json, "spec.selector", manifest_selector(spec));
	json_set(json, "spec.ports", service_ports(spec, node_port));
	put(demo, KIND_SERVICE, json, created);
}

static void install_secret(struct demo *demo, const struct cluster_spec *spec, const char *created)
{
	if (!spec->secret)
		return;
	cJSON *json = json_make("{'metadata':{'name':'%s','namespace':'%s'},'type':'Opaque'}", spec->secret, spec->namespace);
	cJSON *labels = manifest_labels(spec);
	if (spec->kind == BROKER_KAFKA) {
		cJSON_DeleteItemFromObjectCaseSensitive(labels, "strimzi.io/kind");
		cJSON_AddStringToObject(labels, "strimzi.io/kind", "KafkaUser");
		char config[256];
		snprintf(config, sizeof config,
			 "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";",
			 spec->user, spec->password);
		manifest_set_secret(json, "password", spec->password);
		manifest_set_secret(json, "sasl.jaas.config", config);
	} else {
		manifest_set_secret(json, "username", spec->user);
		manifest_set_secret(json, "password", spec->password);
		manifest_set_secret(json, "host", spec->client_service);
		manifest_set_secret(json, "port", "5672");
	}
	json_set(json, "metadata.labels", labels);
	put(demo, KIND_SECRET, json, created);
}

static struct object *install_custom_resources(struct demo *demo, const struct cluster_spec *spec, const char *created)
{
	if (!spec->managed)
		return NULL;
	if (spec->kind == BROKER_RABBITMQ)
		return put(demo, KIND_RABBITMQ_CLUSTER,
			   json_make("{'metadata':{'name':'%s','namespace':'%s'},'spec':{'replicas':%d,'image':'%s',"
				     "'persistence':{'storage':'%dGi','storageClassName':'%s'}},"
				     "'status':{'observedGeneration':1,'defaultUser':{'secretReference':{'name':'%s','namespace':'%s',"
				     "'keys':{'username':'username','password':'password'}},"
				     "'serviceReference':{'name':'%s','namespace':'%s'}},'binding':{'name':'%s'},'conditions':[]}}",
				     spec->name, spec->namespace, spec->replicas, spec->image, spec->storage_gib,
				     spec->storage_class, spec->secret, spec->namespace, spec->client_service, spec->namespace,
				     spec->secret),
			   created);
	put(demo, KIND_KAFKA,
	    json_make("{'metadata':{'name':'%s','namespace':'%s'},'spec':{'kafka':{'version':'%s','metadataVersion':'3.9-IV0',"
		      "'listeners':[{'name':'plain','port':9092,'type':'internal','tls':false},{'name':'scram','port':9094,"
		      "'type':'internal','tls':false,'authentication':{'type':'scram-sha-512'}}],"
		      "'config':{'min.insync.replicas':2,'default.replication.factor':3}}},'status':{'observedGeneration':1,"
		      "'kafkaVersion':'%s','kafkaMetadataVersion':'3.9-IV0','clusterId':'bG9ncy1zdGFnaW5nLWlkQQ',"
		      "'listeners':[{'name':'plain','bootstrapServers':'%s.%s.svc:9092'},"
		      "{'name':'scram','bootstrapServers':'%s.%s.svc:9094'}],'conditions':[]}}",
		      spec->name, spec->namespace, spec->version, spec->version, spec->client_service, spec->namespace,
		      spec->client_service, spec->namespace),
	    created);
	put(demo, KIND_KAFKA_USER,
	    json_make("{'metadata':{'name':'%s','namespace':'%s','labels':{'strimzi.io/cluster':'%s'}},"
		      "'spec':{'authentication':{'type':'scram-sha-512'}},'status':{'username':'%s','secret':'%s','conditions':"
		      "[{'type':'Ready','status':'True','lastTransitionTime':'%s'}]}}",
		      spec->user, spec->namespace, spec->name, spec->user, spec->secret, created),
	    created);
	return put(demo, KIND_NODE_POOL,
		   json_make("{'metadata':{'name':'brokers','namespace':'%s','labels':{'strimzi.io/cluster':'%s'}},"
			     "'spec':{'replicas':%d,'roles':['controller','broker'],'storage':{'type':'jbod','volumes':"
			     "[{'id':0,'type':'persistent-claim','size':'%dGi','class':'%s'}]}},"
			     "'status':{'observedGeneration':1,'nodeIds':[],'roles':['controller','broker'],'replicas':%d}}",
			     spec->namespace, spec->name, spec->replicas, spec->storage_gib, spec->storage_class, spec->replicas),
		   created);
}

static void add_owner(cJSON *json, const struct object *owner)
{
	char version[64];
	if (owner)
		json_set(json, "metadata.ownerReferences",
			 json_make("[{'apiVersion':'%s','kind':'%s','name':'%s','uid':'%s','controller':true}]",
				   kind_api_version(owner->kind, version, sizeof version), owner->kind->name, owner->name,
				   json_text(owner->json, "metadata.uid")));
}

/* The template is the pod of ordinal 0 without what belongs to that ordinal. */
static void install_stateful_set(struct demo *demo, const struct cluster_spec *spec, const struct object *owner,
				 const char *created)
{
	cJSON *json = json_make("{'metadata':{'name':'%s','namespace':'%s'},'spec':{'replicas':%d,'serviceName':'%s',"
				"'podManagementPolicy':'Parallel','updateStrategy':{'type':'RollingUpdate','rollingUpdate':"
				"{'partition':0}},'revisionHistoryLimit':10,'persistentVolumeClaimRetentionPolicy':"
				"{'whenDeleted':'Retain','whenScaled':'Retain'},'selector':{},'template':{'metadata':{},'spec':{}},"
				"'volumeClaimTemplates':[]},'status':{'replicas':0}}",
				spec->set, spec->namespace, spec->replicas, spec->headless);
	json_set(json, "metadata.labels", manifest_labels(spec));
	json_set(json, "spec.selector.matchLabels", manifest_selector(spec));
	json_set(json, "spec.template.metadata.labels", manifest_labels(spec));
	const struct object none = {.kind = kind_get(KIND_STATEFUL_SET), .name = spec->set, .json = json};
	cJSON *pod = manifest_pod(spec, 0, &none);
	cJSON *pod_spec = cJSON_DetachItemFromObjectCaseSensitive(pod, "spec");
	cJSON_Delete(pod);
	static const char *const own[] = {"hostname", "subdomain", "volumes", "tolerations"};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		cJSON_DeleteItemFromObjectCaseSensitive(pod_spec, own[i]);
	json_set(json, "spec.template.spec", pod_spec);
	cJSON *claim = manifest_claim(spec, 0);
	json_set_text(claim, "metadata.name", spec->claim);
	cJSON_DeleteItemFromObjectCaseSensitive(json_at(claim, "metadata"), "namespace");
	cJSON_DeleteItemFromObjectCaseSensitive(json_at(claim, "metadata"), "finalizers");
	cJSON_AddItemToArray(json_at(json, "spec.volumeClaimTemplates"), claim);
	add_owner(json, owner);
	put(demo, KIND_STATEFUL_SET, json, created);
}

void manifests_install(struct demo *demo, const struct cluster_spec *spec, const char *created)
{
	bool strimzi = spec->managed && spec->kind == BROKER_KAFKA;
	install_service(demo, spec, spec->headless, "ClusterIP", 0, created);
	install_service(demo, spec, spec->client_service, "ClusterIP", 0, created);
	install_service(demo, spec, spec->node_service, "NodePort", spec->kind == BROKER_KAFKA ? 32092 : 31672, created);
	install_secret(demo, spec, created);
	put(demo, KIND_SERVICE_ACCOUNT,
	    json_make("{'metadata':{'name':'%s','namespace':'%s'}}", spec->name, spec->namespace), created);
	put(demo, KIND_CONFIG_MAP,
	    json_make("{'metadata':{'name':'%s-config','namespace':'%s'},'data':{'%s':''}}", spec->name, spec->namespace,
		      spec->kind == BROKER_KAFKA ? "server.properties" : "rabbitmq.conf"),
	    created);
	cJSON *budget = json_make("{'metadata':{'name':'%s','namespace':'%s'},'spec':{'maxUnavailable':1,'selector':{}},"
				  "'status':{}}",
				  spec->name, spec->namespace);
	json_set(budget, "spec.selector.matchLabels", manifest_selector(spec));
	json_set(budget, "metadata.labels", manifest_labels(spec));
	put(demo, KIND_BUDGET, budget, created);
	const struct object *owner = install_custom_resources(demo, spec, created);
	if (strimzi) {
		cJSON *set = json_make("{'metadata':{'name':'%s','namespace':'%s'},'spec':{'pods':[],'selector':{}},'status':{}}",
				       spec->set, spec->namespace);
		json_set(set, "metadata.labels", manifest_labels(spec));
		cJSON_AddStringToObject(json_at(set, "metadata.labels"), "strimzi.io/pool-name", "brokers");
		json_set(set, "spec.selector.matchLabels", manifest_selector(spec));
		put(demo, KIND_POD_SET, set, created);
	} else {
		install_stateful_set(demo, spec, owner, created);
	}
}
