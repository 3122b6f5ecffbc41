package main

import "fmt"

type world struct {
	lists map[string][]*object // by resource
}

func (w *world) add(resource, namespace, name string, labels pairs, tree func(*object) message) *object {
	made := &object{namespace: namespace, name: name, labels: labels, version: 1000, tree: tree}
	w.lists[resource] = append(w.lists[resource], made)
	return made
}

func nodeName(number, nodes int) string { return fmt.Sprintf("node-%d", number%nodes) }

func (w *world) addNode(number int) {
	labels := pairs{"kubernetes.io/hostname": nodeName(number, number+1),
		"topology.kubernetes.io/zone": fmt.Sprintf("zone-%d", number%3)}
	w.add("nodes", "", nodeName(number, number+1), labels, func(o *object) message {
		return message{{1, "metadata", o.meta(field{17, "managedFields", managedFields(1500)})},
			{2, "spec", message{{3, "providerID", "bench://" + o.name}}},
			{3, "status", message{{4, "conditions",
				[]message{{{1, "type", "Ready"}, {2, "status", "True"},
					{4, "lastTransitionTime", created}}}}}}}
	})
}

func (w *world) addBroker(kind *brokerKind, namespace, cluster string, selector pairs, ordinal, nodes, number int) {
	name := fmt.Sprintf("%s-%d", cluster, ordinal)
	claim, volume := "data-"+name, "pvc-"+uid(namespace+"/"+name)
	labels := pairs{"statefulset.kubernetes.io/pod-name": name, "controller-revision-hash": revisionName(cluster, 0),
		"apps.kubernetes.io/pod-index": fmt.Sprint(ordinal)}
	for key, value := range selector {
		labels[key] = value
	}
	containers := []message{container(cluster, kind)}
	w.add("pods", namespace, name, labels, func(o *object) message {
		meta := o.meta(field{2, "generateName", cluster + "-"}, field{12, "annotations", applied(1200)},
			field{13, "ownerReferences", owner("StatefulSet", "apps/v1", cluster,
				uid(namespace+"/"+cluster))}, field{17, "managedFields", managedFields(5000)})
		ip := fmt.Sprintf("10.%d.%d.%d", 2+number>>16, number>>8&255, number&255)
		return message{{1, "metadata", meta}, {2, "spec",
			podSpec(containers, claim, name, cluster+"-headless", nodeName(number, nodes))},
			{3, "status", podStatus(o, ip, kind.image)}}
	})
	w.add("persistentvolumeclaims", namespace, claim, selector, func(o *object) message {
		return message{{1, "metadata", o.meta(field{17, "managedFields", managedFields(600)})},
			{2, "spec", message{{1, "accessModes", []string{"ReadWriteOnce"}},
				{2, "resources", message{{2, "requests", quantities{"storage": "20Gi"}}}},
				{3, "volumeName", volume}, {5, "storageClassName", "standard"}}},
			{3, "status", message{{1, "phase", "Bound"}, {3, "capacity", quantities{"storage": "20Gi"}}}}}
	})
	w.add("persistentvolumes", "", volume, nil, func(o *object) message {
		return message{{1, "metadata", o.meta(field{17, "managedFields", managedFields(600)})},
			{2, "spec", message{{1, "capacity", quantities{"storage": "20Gi"}},
				{2, "", message{{22, "csi",
					message{{1, "driver", "bench.csi"}, {2, "volumeHandle", volume}}}}},
				{3, "accessModes", []string{"ReadWriteOnce"}}, {4, "claimRef",
					message{{1, "kind", "PersistentVolumeClaim"}, {2, "namespace", namespace},
						{3, "name", claim}}},
				{5, "persistentVolumeReclaimPolicy", "Delete"}, {6, "storageClassName", "standard"}}},
			{3, "status", message{{1, "phase", "Bound"}}}}
	})
}

func (w *world) addService(kind *brokerKind, namespace, name, cluster string, selector pairs) {
	number := int(kind.ports[0][1].value.(int))
	w.add("services", namespace, name, selector, func(o *object) message {
		return message{{1, "metadata", o.meta(field{17, "managedFields", managedFields(500)})},
			{2, "spec", message{{1, "ports",
				[]message{{{1, "name", "clients"}, {2, "protocol", "TCP"}, {3, "port", number},
					{4, "targetPort", port(number)}}}},
				{2, "selector", selector}, {3, "clusterIP", "None"}, {4, "type", "ClusterIP"}}}}
	})
	w.add("endpointslices", namespace, name+"-x7k2p", pairs{"kubernetes.io/service-name": name},
		func(o *object) message {
			endpoints := []message{}
			for i := 0; i < brokers; i++ {
				pod := fmt.Sprintf("%s-%d", cluster, i)
				endpoints = append(endpoints, message{{1, "addresses", []string{"10.2.0.1"}},
					{2, "conditions", message{{1, "ready", i >= o.away}, {2, "serving", i >= o.away},
						{3, "terminating", false}}},
					{3, "hostname", pod}, {4, "targetRef",
						message{{1, "kind", "Pod"}, {2, "namespace", namespace}, {3, "name", pod}}}})
			}
			return message{{1, "metadata", o.meta(field{17, "managedFields", managedFields(700)})},
				{2, "endpoints", endpoints},
				{3, "ports", []message{{{1, "name", "clients"}, {2, "protocol", "TCP"},
					{3, "port", number}}}}, {4, "addressType", "IPv4"}}
		})
}

func revisionName(cluster string, number int) string {
	if number == 0 {
		return cluster + "-6f7d9c"
	}
	return fmt.Sprintf("%s-6f7d9c%d", cluster, number)
}

func (w *world) addCluster(number, nodes int) {
	kind := &kinds[number%2]
	namespace, cluster := fmt.Sprintf("team-%d", number/4), fmt.Sprintf("%s-%d", kind.prefix, number)
	selector := pairs{"app.kubernetes.io/name": kind.app, "app.kubernetes.io/instance": cluster}
	for i := 0; i < brokers; i++ {
		w.addBroker(kind, namespace, cluster, selector, i, nodes, number*brokers+i)
	}
	w.addService(kind, namespace, cluster, cluster, selector)
	w.addService(kind, namespace, cluster+"-headless", cluster, selector)
	w.add("statefulsets", namespace, cluster, selector, func(o *object) message {
		template := message{{1, "metadata", message{{11, "labels", selector}}},
			{2, "spec", podSpec([]message{container(cluster, kind)}, "", "", "", "")}}
		claim := message{{1, "metadata", message{{1, "name", "data"}}},
			{2, "spec", message{{1, "accessModes", []string{"ReadWriteOnce"}},
				{2, "resources", message{{2, "requests",
					quantities{"storage": "20Gi"}}}}, {5, "storageClassName", "standard"}}}}
		return message{{1, "metadata", o.meta(field{12, "annotations", applied(1200)},
			field{17, "managedFields", managedFields(3000)})},
			{2, "spec", message{{1, "replicas", brokers},
				{2, "selector", message{{1, "matchLabels", selector}}}, {3, "template", template},
				{4, "volumeClaimTemplates", []message{claim}}, {5, "serviceName",
					cluster + "-headless"}, {7, "updateStrategy", message{{1, "type",
					"RollingUpdate"}}}}},
			{3, "status", message{{1, "observedGeneration", 1}, {2, "replicas", brokers},
				{3, "readyReplicas", brokers - o.away}, {4, "currentReplicas", brokers},
				{5, "updatedReplicas", brokers}, {6, "currentRevision", revisionName(cluster, o.current)},
				{7, "updateRevision", revisionName(cluster, o.revision)},
				{11, "availableReplicas", brokers - o.away}}}}
	})
	w.add("poddisruptionbudgets", namespace, cluster, selector, func(o *object) message {
		return message{{1, "metadata", o.meta()},
			{2, "spec", message{{2, "selector", message{{1, "matchLabels", selector}}},
				{3, "maxUnavailable", port(1)}}},
			{3, "status", message{{3, "disruptionsAllowed", 1}, {4, "currentHealthy", brokers},
				{5, "desiredHealthy", 2}, {6, "expectedPods", brokers}}}}
	})
	w.add("secrets", namespace, cluster+"-user", nil, func(o *object) message {
		return message{{1, "metadata", o.meta()}, {2, "data", secret{"username": "app", "password": "bench"}},
			{3, "type", "Opaque"}}
	})
}

// Pods of Deployments in the namespaces of the brokers and in as many others.
func (w *world) addOther(number, clusters, nodes int) {
	namespace := fmt.Sprintf("team-%d", number%(clusters/2+1))
	name, set := fmt.Sprintf("web-5d8f7c9b6d-%05d", number), "web-5d8f7c9b6d"
	kind := &brokerKind{"web", "web", "registry.example/team/web:2.4.1", "/srv",
		ports(map[string]int{"http": 8080}, "http"), "curl -sf localhost:8080/healthz"}
	w.add("pods", namespace, name, pairs{"app": "web", "pod-template-hash": "5d8f7c9b6d"}, func(o *object) message {
		meta := o.meta(field{2, "generateName", set + "-"}, field{12, "annotations", applied(1200)},
			field{13, "ownerReferences", owner("ReplicaSet", "apps/v1", set,
				uid(namespace+"/"+set))}, field{17, "managedFields", managedFields(5000)})
		return message{{1, "metadata", meta}, {2, "spec",
			podSpec([]message{container("web", kind)}, "", "", "", nodeName(number, nodes))},
			{3, "status", podStatus(o, fmt.Sprintf("10.%d.%d.%d", 100+number>>16, number>>8&255,
				number&255), kind.image)}}
	})
}

func makeWorld(clusters, others int) *world {
	w := &world{lists: map[string][]*object{}}
	nodes := min(max(clusters/2, 3), 1000)
	for i := 0; i < nodes; i++ {
		w.addNode(i)
	}
	for i := 0; i < clusters; i++ {
		w.addCluster(i, nodes)
	}
	for i := 0; i < others; i++ {
		w.addOther(i, clusters, nodes)
	}
	w.add("storageclasses", "", "standard", nil, func(o *object) message {
		return message{{1, "metadata", o.meta()}, {2, "provisioner", "bench.csi"},
			{4, "reclaimPolicy", "Delete"}, {6, "allowVolumeExpansion", true}}
	})
	return w
}
