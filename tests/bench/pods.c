#include "tests/bench/pods.h"

#include <stdio.h>

#include "tests/unit/kube/wire.h"

enum { MANAGED = 2800, PROBES = 2200 };

/* What a decoder has to step over: managed fields, probes, tolerations. */
static void append_ballast(struct buf *out, size_t len)
{
	for (size_t start = out->len; out->len - start < len;)
		buf_append_str(out, "{\"f:spec\":{\"f:containers\":{\"k:{\\\"name\\\":\\\"broker\\\"}\":{\".\":{},"
				    "\"f:image\":{}}}}},");
	buf_append_str(out, "{}");
}

void pods_append_json(struct buf *out, int i)
{
	buf_printf(out,
		   "{\"metadata\":{\"name\":\"broker-%d\",\"generateName\":\"broker-\",\"namespace\":\"mq-%d\","
		   "\"uid\":\"%08x-0000-4000-8000-"
		   "0123456789ab\",\"resourceVersion\":\"%d\",\"creationTimestamp\":\"2026-01-02T03:04:05Z\","
		   "\"labels\":{\"app.kubernetes.io/"
		   "name\":\"rabbitmq\",\"app.kubernetes.io/instance\":\"r%d\",\"app.kubernetes.io/"
		   "component\":\"broker\",\"controller-"
		   "revision-hash\":\"broker-6f7d9c\",\"statefulset.kubernetes.io/"
		   "pod-name\":\"broker-%d\"},\"ownerReferences\":[{"
		   "\"apiVersion\":\"apps/"
		   "v1\",\"kind\":\"StatefulSet\",\"name\":\"broker\",\"uid\":\"x\",\"controller\":true}],"
		   "\"managedFields\":[",
		   i, i / 3, i, 100000 + i, i / 3, i);
	append_ballast(out, MANAGED);
	buf_append_str(out, "]},\"spec\":{\"volumes\":[{\"name\":\"data\",\"persistentVolumeClaim\":{\"claimName\":"
			    "\"data-broker-0\"}}],"
			    "\"containers\":[{\"name\":\"broker\",\"image\":\"rabbitmq:4.0-management\",\"ports\":[{"
			    "\"name\":\"amqp\","
			    "\"containerPort\":5672,\"protocol\":\"TCP\"},{\"name\":\"http\",\"containerPort\":"
			    "15672,\"protocol\":\"TCP\"}],"
			    "\"resources\":{\"limits\":{\"cpu\":\"2\",\"memory\":\"4Gi\"}},\"volumeMounts\":[{"
			    "\"name\":\"data\",\"mountPath\":"
			    "\"/var/lib/rabbitmq\"}],\"livenessProbe\":{\"x\":[");
	append_ballast(out, PROBES);
	buf_append_str(out, "]}}],\"nodeName\":\"node-17\",\"hostname\":\"broker-0\",\"subdomain\":\"broker\"},"
			    "\"status\":{\"phase\":"
			    "\"Running\",\"conditions\":[");
	for (int c = 0; c < 5; c++)
		buf_printf(out,
			   "%s{\"type\":\"Condition%d\",\"status\":\"True\",\"lastProbeTime\":null,"
			   "\"lastTransitionTime\":"
			   "\"2026-01-02T03:04:05Z\"}",
			   c ? "," : "", c);
	buf_append_str(out, "],\"hostIP\":\"10.0.0.1\",\"podIP\":\"10.1.2.3\",\"startTime\":\"2026-01-02T03:04:"
			    "05Z\",\"containerStatuses\":[{"
			    "\"name\":\"broker\",\"state\":{\"running\":{\"startedAt\":\"2026-01-02T03:04:05Z\"}},"
			    "\"lastState\":{},\"ready\":"
			    "true,\"restartCount\":0,\"started\":true}]}}");
}

static void append_protobuf_meta(struct buf *pod, int i)
{
	char text[64];
	struct buf meta = BUF_INIT(1 << 20), owner = BUF_INIT(4096), managed = BUF_INIT(1 << 20);
	struct buf fields = BUF_INIT(1 << 20), entry = BUF_INIT(1 << 20);
	snprintf(text, sizeof text, "broker-%d", i);
	wire_text(&meta, 1, text);
	wire_pair(&meta, 11, "statefulset.kubernetes.io/pod-name", text);
	snprintf(text, sizeof text, "mq-%d", i / 3);
	wire_text(&meta, 3, text);
	wire_text(&meta, 5, "00000000-0000-4000-8000-0123456789ab");
	snprintf(text, sizeof text, "%d", 100000 + i);
	wire_text(&meta, 6, text);
	wire_time(&meta, 8, 1767323045);
	wire_pair(&meta, 11, "app.kubernetes.io/name", "rabbitmq");
	wire_pair(&meta, 11, "app.kubernetes.io/instance", "r");
	wire_pair(&meta, 11, "app.kubernetes.io/component", "broker");
	wire_pair(&meta, 11, "controller-revision-hash", "broker-6f7d9c");
	wire_text(&owner, 1, "StatefulSet");
	wire_text(&owner, 3, "broker");
	wire_text(&owner, 5, "apps/v1");
	wire_int(&owner, 6, 1);
	wire_message(&meta, 13, &owner);
	append_ballast(&managed, MANAGED); /* fieldsV1 is JSON inside protobuf too */
	wire_message(&fields, 1, &managed);
	wire_message(&entry, 7, &fields);
	wire_message(&meta, 17, &entry);
	wire_message(pod, 1, &meta);
}

void pods_append_protobuf(struct buf *list, int i)
{
	struct buf pod = BUF_INIT(1 << 20), spec = BUF_INIT(1 << 20), container = BUF_INIT(1 << 20),
		   inner = BUF_INIT(1 << 20);
	struct buf status = BUF_INIT(1 << 20), probe = BUF_INIT(1 << 20);
	append_protobuf_meta(&pod, i);
	wire_text(&container, 1, "broker");
	wire_text(&container, 2, "rabbitmq:4.0-management");
	for (int port = 0; port < 2; port++) {
		wire_text(&inner, 1, port ? "http" : "amqp");
		wire_int(&inner, 3, port ? 15672 : 5672);
		wire_text(&inner, 4, "TCP");
		wire_message(&container, 6, &inner);
	}
	wire_quantity(&inner, 1, "cpu", "2");
	wire_quantity(&inner, 1, "memory", "4Gi");
	wire_message(&container, 8, &inner);
	append_ballast(&inner, PROBES / 4); /* a probe's command; the rest of it is small numbers here, not text */
	wire_message(&probe, 1, &inner);
	wire_message(&inner, 1, &probe);
	wire_message(&probe, 1, &inner);
	wire_message(&container, 10, &probe);
	wire_message(&spec, 2, &container);
	wire_text(&spec, 10, "node-17");
	wire_text(&spec, 16, "broker-0");
	wire_message(&pod, 2, &spec);
	wire_text(&status, 1, "Running");
	for (int c = 0; c < 5; c++) {
		wire_text(&inner, 1, "Condition");
		wire_text(&inner, 2, "True");
		wire_time(&inner, 4, 1767323045);
		wire_message(&status, 2, &inner);
	}
	wire_text(&status, 6, "10.1.2.3");
	wire_text(&inner, 1, "broker");
	wire_int(&inner, 4, 1);
	wire_message(&status, 8, &inner);
	wire_message(&pod, 3, &status);
	wire_message(list, 2, &pod);
}
