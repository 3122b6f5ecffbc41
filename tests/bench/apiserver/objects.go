package main

// What the fake Kubernetes holds: broker clusters of three as StatefulSets make them, half RabbitMQ and half Kafka, four to a
// namespace, and pods of others.

import (
	"fmt"
	"strings"
)

const (
	created = stamp(1767323045)
	brokers = 3
)

// One object. Its tree is made anew when it changes; the bytes of protobuf are kept.
type object struct {
	namespace, name string
	labels          pairs
	version         int
	flips           int // pods: how often they became ready or unready
	life            int // how often one of its name was made anew
	revision        int // sets: of the template, and of the pods as far as they are all alike
	current         int
	away            int  // pods, sets and endpoints: so many brokers are not ready
	leaving, gone   bool // it has a time of deletion; it is deleted
	tree            func(*object) message
	bytes           []byte
}

func (o *object) protobuf() []byte {
	if o.bytes == nil {
		o.bytes = o.tree(o).protobuf(nil)
	}
	return o.bytes
}

// So much JSON of managed fields, as kubelet and controllers leave it.
func managedFields(bytes int) []message {
	const one = `"k:{\"type\":\"ContainersReady\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}},`
	text := `{"f:status":{"f:conditions":{` + strings.TrimSuffix(strings.Repeat(one, bytes/len(one)+1), ",") + `}}}`
	return []message{{{1, "manager", "kubelet"}, {2, "operation", "Update"}, {3, "apiVersion", "v1"},
		{4, "time", created},
		{6, "fieldsType", "FieldsV1"}, {7, "fieldsV1", managed(text)}, {8, "subresource", "status"}}}
}

func uid(text string) string {
	sum := uint64(14695981039346656037)
	for _, b := range []byte(text) {
		sum = (sum ^ uint64(b)) * 1099511628211
	}
	return fmt.Sprintf("%08x-%04x-4000-8000-%012x", uint32(sum>>32), uint16(sum>>16), sum&0xffffffffffff)
}

func (o *object) uid() string {
	if o.life > 0 {
		return uid(fmt.Sprintf("%s/%s#%d", o.namespace, o.name, o.life))
	}
	return uid(o.namespace + "/" + o.name)
}

func (o *object) meta(more ...field) message {
	meta := message{{1, "name", o.name}, {5, "uid", o.uid()},
		{6, "resourceVersion", fmt.Sprint(o.version)},
		{8, "creationTimestamp", created}, {11, "labels", o.labels}}
	if o.namespace != "" {
		meta = append(meta, field{3, "namespace", o.namespace})
	}
	if o.leaving {
		meta = append(meta, field{9, "deletionTimestamp", created})
	}
	return append(meta, more...)
}

func owner(kind, apiVersion, name, id string) []message {
	return []message{{{1, "kind", kind}, {3, "name", name}, {4, "uid", id}, {5, "apiVersion", apiVersion},
		{6, "controller", true},
		{7, "blockOwnerDeletion", true}}}
}

func probe(command string, delay int) message {
	return message{{1, "", message{{1, "exec", message{{1, "command", []string{"/bin/bash", "-ec", command}}}}}},
		{2, "initialDelaySeconds", delay}, {3, "timeoutSeconds", 20}, {4, "periodSeconds",
			30}, {5, "successThreshold", 1},
		{6, "failureThreshold", 6}}
}

type brokerKind struct {
	app, prefix, image, data string
	ports                    []message
	command                  string
}

func ports(numbers map[string]int, names ...string) (out []message) {
	for _, name := range names {
		out = append(out, message{{1, "name", name}, {3, "containerPort", numbers[name]},
			{4, "protocol", "TCP"}})
	}
	return out
}

var kinds = [2]brokerKind{
	{"rabbitmq", "mq", "docker.io/library/rabbitmq:4.0.5-management", "/var/lib/rabbitmq",
		ports(map[string]int{"amqp": 5672, "management": 15672, "epmd": 4369}, "amqp", "management", "epmd"),
		"rabbitmq-diagnostics -q check_running && rabbitmq-diagnostics -q check_local_alarms"},
	{"kafka", "log", "docker.io/apache/kafka:4.1.0", "/var/lib/kafka",
		ports(map[string]int{"clients": 9092, "controller": 9093}, "clients", "controller"),
		"/opt/kafka/bin/kafka-broker-api-versions.sh --bootstrap-server localhost:9092 > /dev/null"},
}

func environment(cluster string, rabbit bool) (out []message) {
	if rabbit {
		for _, pair := range [][2]string{{"RABBITMQ_DEFAULT_USER", "username"},
			{"RABBITMQ_DEFAULT_PASS", "password"}} {
			out = append(out, message{{1, "name", pair[0]}, {3, "valueFrom", message{{4, "secretKeyRef",
				message{{1, "", message{{1, "name", cluster + "-user"}}}, {2, "key", pair[1]}}}}}})
		}
	}
	for i := 0; i < 24; i++ {
		out = append(out, message{{1, "name", fmt.Sprintf("BROKER_SETTING_%02d", i)},
			{2, "value", fmt.Sprintf("value-%d-of-%s", i, cluster)}})
	}
	return append(out, message{{1, "name", "POD_NAME"}, {3, "valueFrom", message{{1, "fieldRef",
		message{{1, "apiVersion", "v1"}, {2, "fieldPath", "metadata.name"}}}}}})
}

func container(cluster string, kind *brokerKind) message {
	limits := quantities{"cpu": "2", "memory": "4Gi"}
	return message{{1, "name", "broker"}, {2, "image", kind.image}, {6, "ports", kind.ports},
		{7, "env", environment(cluster, kind.app == "rabbitmq")},
		{8, "resources", message{{1, "limits", limits}, {2, "requests", limits}}},
		{9, "volumeMounts", []message{{{1, "name", "data"}, {3, "mountPath", kind.data}},
			{{1, "name", "kube-api-access-x7k2p"}, {2, "readOnly", true},
				{3, "mountPath", "/var/run/secrets/kubernetes.io/serviceaccount"}}}},
		{10, "livenessProbe", probe(kind.command, 120)}, {11, "readinessProbe", probe(kind.command, 10)},
		{13, "terminationMessagePath", "/dev/termination-log"}, {14, "imagePullPolicy", "IfNotPresent"},
		{20, "terminationMessagePolicy", "File"}, {22, "startupProbe", probe(kind.command, 0)}}
}

func podStatus(o *object, ip, image string) message {
	ready := "True"
	isReady := o.flips%2 == 0 && o.away == 0
	if !isReady {
		ready = "False"
	}
	conditions := []message{}
	for _, kind := range []string{"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady",
		"PodScheduled"} {
		status := "True"
		if strings.Contains(kind, "Ready") && kind != "PodReadyToStartContainers" {
			status = ready
		}
		conditions = append(conditions, message{{1, "type", kind}, {2, "status", status},
			{4, "lastTransitionTime", created + stamp(o.flips)}})
	}
	return message{{1, "phase", "Running"}, {2, "conditions", conditions}, {5, "hostIP", "10.1.0.1"},
		{6, "podIP", ip}, {7, "startTime", created},
		{8, "containerStatuses", []message{{{1, "name", "broker"},
			{2, "state", message{{2, "running", message{{1, "startedAt", created}}}}},
			{3, "lastState", message{}}, {4, "ready", isReady}, {5, "restartCount", 0}, {6, "image",
				image},
			{7, "imageID", "docker.io/library/broker@sha256:5a3f8d0c9b7e6f1d2c4b5a697887a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9"},
			{8, "containerID", "containerd://9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0"}, {9, "started", true}}}},
		{9, "qosClass", "Guaranteed"}, {12, "podIPs", []message{{{1, "ip", ip}}}}}
}

func podSpec(containers []message, claim, hostname, subdomain, node string) message {
	volumes := []message{{{1, "name", "kube-api-access-x7k2p"},
		{2, "", message{{26, "projected", message{{1, "sources", []message{
			{{4, "serviceAccountToken", message{{2, "expirationSeconds", 3607}, {3, "path", "token"}}}}}}}}}}}}
	if claim != "" {
		volumes = append([]message{{{1, "name", "data"},
			{2, "", message{{10, "persistentVolumeClaim", message{{1, "claimName", claim}}}}}}}, volumes...)
	}
	spec := message{{1, "volumes", volumes}, {2, "containers", containers}, {3, "restartPolicy", "Always"},
		{4, "terminationGracePeriodSeconds", 60},
		{6, "dnsPolicy", "ClusterFirst"}, {8, "serviceAccountName", "default"}, {10, "nodeName",
			node}, {19, "schedulerName", "default-scheduler"},
		{22, "tolerations", []message{
			{{1, "key", "node.kubernetes.io/not-ready"}, {2, "operator", "Exists"},
				{4, "effect", "NoExecute"}, {5, "tolerationSeconds", 300}},
			{{1, "key", "node.kubernetes.io/unreachable"}, {2, "operator", "Exists"},
				{4, "effect", "NoExecute"}, {5, "tolerationSeconds", 300}}}}}
	if hostname != "" {
		spec = append(spec, field{16, "hostname", hostname}, field{17, "subdomain", subdomain})
	}
	return spec
}

// What kubectl apply leaves in an annotation: the whole manifest.
func applied(bytes int) pairs {
	return pairs{"kubectl.kubernetes.io/last-applied-configuration": strings.Repeat(`{"name":"SETTING","value":"of a broker"},`, bytes/40)}
}
