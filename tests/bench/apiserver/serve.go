package main

// Lists, watches and the few other questions.

import (
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const gzipFrom = 128 * 1024

type server struct {
	store    *store
	counters *counters
	askers   askers
	faults   faults
}

var kindOf = map[string]string{"pods": "Pod", "services": "Service", "endpointslices": "EndpointSlice",
	"persistentvolumeclaims": "PersistentVolumeClaim",
	"persistentvolumes":      "PersistentVolume", "storageclasses": "StorageClass", "nodes": "Node", "events": "Event", "statefulsets": "StatefulSet",
	"deployments": "Deployment", "daemonsets": "DaemonSet", "poddisruptionbudgets": "PodDisruptionBudget", "leases": "Lease", "secrets": "Secret",
	"configmaps": "ConfigMap", "namespaces": "Namespace"}

var groups = map[string]string{"EndpointSlice": "discovery.k8s.io", "StorageClass": "storage.k8s.io",
	"StatefulSet": "apps", "Deployment": "apps",
	"DaemonSet": "apps", "PodDisruptionBudget": "policy", "Lease": "coordination.k8s.io"}

type request struct {
	resource, namespace, name, sub string
}

// /api/v1/… and /apis/GROUP/v1/…, with or without a namespace.
func parsePath(path string) (out request, ok bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case len(parts) > 2 && parts[0] == "api":
		parts = parts[2:]
	case len(parts) > 3 && parts[0] == "apis":
		parts = parts[3:]
	default:
		return out, false
	}
	if len(parts) > 2 && parts[0] == "namespaces" {
		out.namespace, parts = parts[1], parts[2:]
	}
	parts = append(parts, "", "")
	out.resource, out.name, out.sub = parts[0], parts[1], parts[2]
	return out, true
}

func status(w http.ResponseWriter, code int, reason, words string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure",
		"code": code, "reason": reason, "message": words})
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked, ok := parsePath(r.URL.Path)
	kind := kindOf[asked.resource]
	isWatch, _ := strconv.ParseBool(r.URL.Query().Get("watch"))
	switch {
	case ok && asked.sub == "portforward" || asked.sub == "exec":
		s.counters.count(asked.sub)
		status(w, 500, "InternalError",
			"error dialing backend: dial tcp 10.1.0.1:10250: connect: connection refused")
	case r.Method == "POST":
		s.counters.count("other")
		s.review(w, r)
	case !ok:
		s.counters.count("other")
		discovery(w, r)
	case kind == "":
		s.counters.count("other")
		status(w, 404, "NotFound", "the server could not find the requested resource")
	case asked.name != "":
		s.counters.count("get")
		s.get(w, r, asked, kind)
	case isWatch:
		s.counters.count("watch")
		s.watch(w, r, asked, kind)
	default:
		s.counters.count("list")
		s.list(w, r, asked, kind)
	}
}

func (s *server) review(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		status(w, 400, "BadRequest", "no JSON")
		return
	}
	body["status"] = map[string]any{"allowed": true}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(201)
	json.NewEncoder(w).Encode(body)
}

func discovery(w http.ResponseWriter, r *http.Request) {
	answers := map[string]string{
		"/version": `{"major":"1","minor":"35","gitVersion":"v1.35.0"}`,
		"/api":     `{"kind":"APIVersions","versions":["v1"]}`,
		"/apis":    `{"kind":"APIGroupList","apiVersion":"v1","groups":[]}`,
		"/api/v1":  `{"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":["get","list","watch"],"shortNames":["po"]}]}`,
	}
	answer, ok := answers[r.URL.Path]
	if !ok {
		status(w, 404, "NotFound", "the server could not find the requested resource")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, answer)
}

type form int

const (
	inJSON form = iota
	inProtobuf
	inTable
)

var contentTypes = map[form]string{inJSON: "application/json", inProtobuf: "application/vnd.kubernetes.protobuf",
	inTable: "application/json"}

func formOf(r *http.Request) form {
	for _, one := range strings.Split(r.Header.Get("Accept"), ",") {
		if strings.Contains(one, "as=Table") {
			return inTable
		}
		if strings.Contains(one, "protobuf") {
			return inProtobuf
		}
	}
	return inJSON
}

func (s *server) selection(w http.ResponseWriter, r *http.Request, asked request) (at scope, name string,
	wanted []requirement, ok bool) {
	query := r.URL.Query()
	wanted, err := parseSelector(query.Get("labelSelector"))
	fields := query.Get("fieldSelector")
	name, isName := strings.CutPrefix(fields, "metadata.name=")
	if fields == "" || asked.resource == "events" { // there are none
		isName = true
	}
	if err != nil || !isName || strings.Contains(name, ",") {
		status(w, 400, "BadRequest", fmt.Sprintf("this server of a bench does not know %s %s",
			query.Get("labelSelector"), fields))
		return at, name, wanted, false
	}
	return scope{asked.resource, asked.namespace}, name, wanted, true
}

func (s *server) list(w http.ResponseWriter, r *http.Request, asked request, kind string) {
	at, name, wanted, ok := s.selection(w, r, asked)
	if !ok {
		return
	}
	query := r.URL.Query()
	limit, _ := strconv.Atoi(query.Get("limit"))
	if query.Get("resourceVersion") != "" && query.Get("continue") == "" { // from the cache, which knows no pages
		limit = 0
	}
	offset, _ := strconv.Atoi(query.Get("continue"))
	found, bytes, version, next := s.store.list(at, name, wanted, offset, limit)
	if limit != 1 && offset == 0 { // one asks only how many there are
		s.askers.listed(askerOf(r, asked), query.Get("resourceVersion"), version)
	}
	token := ""
	if next > 0 {
		token = strconv.Itoa(next)
	}
	how := formOf(r)
	length := 0
	for _, one := range bytes {
		length += len(one) + 4
	}
	out := io.Writer(w)
	w.Header().Set("Content-Type", contentTypes[how])
	if length > gzipFrom && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		packed, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		defer packed.Close()
		out = packed
	}
	switch how {
	case inProtobuf:
		writeProtobufList(w, out, kind, bytes, version, token)
	case inTable:
		writeTable(out, found, version, token)
	default:
		writeJSONList(out, kind, found, version, token)
	}
}

func writeProtobufList(w http.ResponseWriter, out io.Writer, kind string, items [][]byte, version int, token string) {
	meta := appendText(nil, 2, strconv.Itoa(version))
	if token != "" {
		meta = appendText(meta, 3, token)
	}
	start := appendBytes(nil, 1, meta)
	length := len(start)
	heads := make([][]byte, len(items))
	for i, one := range items {
		heads[i] = binary.AppendUvarint([]byte{2<<3 | 2}, uint64(len(one)))
		length += len(heads[i]) + len(one)
	}
	head := binary.AppendUvarint(append(envelopeStart(kind+"List"), 2<<3|2), uint64(length))
	tail := appendText(appendText(nil, 3, ""), 4, "")
	if w.Header().Get("Content-Encoding") == "" {
		w.Header().Set("Content-Length", strconv.Itoa(len(head)+length+len(tail)))
	}
	block := append(append(make([]byte, 0, 1<<18), head...), start...)
	for i, one := range items {
		if len(block)+len(one) > 1<<18 {
			out.Write(block)
			block = block[:0]
		}
		block = append(append(block, heads[i]...), one...)
	}
	out.Write(append(block, tail...))
}

func writeJSONList(out io.Writer, kind string, items []*object, version int, token string) {
	fmt.Fprintf(out, `{"kind":"%sList","apiVersion":"v1","metadata":{"resourceVersion":"%d","continue":"%s"},"items":[`, kind, version, token)
	for i, one := range items {
		block := jsonValue(nil, one.tree(one))
		if i > 0 {
			block = append([]byte{','}, block...)
		}
		out.Write(block)
	}
	io.WriteString(out, "]}")
}

func tableRow(tree message, name string) []byte {
	meta := jsonValue(nil, tree[0].value)
	return fmt.Appendf(nil,
		`{"cells":[%q,"1/1","Running",0,"5d"],"object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":%s}}`, name, meta)
}

func tableStart(version int, token string) string {
	columns := ""
	for i, name := range []string{"Name", "Ready", "Status", "Restarts", "Age"} {
		if i > 0 {
			columns += ","
		}
		columns += fmt.Sprintf(`{"name":%q,"type":"string","format":"","description":"","priority":0}`, name)
	}
	return fmt.Sprintf(`{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"%d","continue":"%s"},"columnDefinitions":[%s],"rows":[`, version, token, columns)
}

func writeTable(out io.Writer, items []*object, version int, token string) {
	io.WriteString(out, tableStart(version, token))
	for i, one := range items {
		row := tableRow(one.tree(one), one.name)
		if i > 0 {
			row = append([]byte{','}, row...)
		}
		out.Write(row)
	}
	io.WriteString(out, "]}")
}

func (s *server) get(w http.ResponseWriter, r *http.Request, asked request, kind string) {
	found, bytes, _, _ := s.store.list(scope{asked.resource, asked.namespace}, asked.name, nil, 0, 0)
	if len(found) == 0 {
		status(w, 404, "NotFound", fmt.Sprintf("%s %q not found", asked.resource, asked.name))
		return
	}
	how := formOf(r)
	w.Header().Set("Content-Type", contentTypes[how])
	if how == inProtobuf {
		w.Write(envelope(kind, bytes[0]))
		return
	}
	w.Write(jsonValue(nil, append(message{{0, "kind", kind}, {0, "apiVersion", "v1"}}, found[0].tree(found[0])...)))
}

func askerOf(r *http.Request, asked request) asker {
	query := r.URL.Query()
	return asker{r.Header.Get("Authorization"), asked.resource, asked.namespace, query.Get("labelSelector"),
		query.Get("fieldSelector")}
}

func frame(how form, kind, event string, one change) []byte {
	switch how {
	case inProtobuf:
		return protobufFrame(kind, event, one.bytes)
	case inTable:
		return fmt.Appendf(nil, "{\"type\":%q,\"object\":%s%s]}}\n", event, tableStart(one.version, ""),
			tableRow(one.tree, one.object.name))
	default:
		tree := append(message{{0, "kind", kind}, {0, "apiVersion", "v1"}}, one.tree...)
		return fmt.Appendf(nil, "{\"type\":%q,\"object\":%s}\n", event, jsonValue(nil, tree))
	}
}

func (s *server) watch(w http.ResponseWriter, r *http.Request, asked request, kind string) {
	at, name, wanted, ok := s.selection(w, r, asked)
	if !ok {
		return
	}
	query := r.URL.Query()
	version, _ := strconv.Atoi(query.Get("resourceVersion"))
	seconds, _ := strconv.Atoi(query.Get("timeoutSeconds"))
	if seconds == 0 {
		seconds = 1800
	}
	who := askerOf(r, asked)
	if lasts(&s.faults.busyUntil) {
		s.counters.count("busy")
		w.Header().Set("Retry-After", "2")
		status(w, 429, "TooManyRequests", "too many requests, please try again later")
		return
	}
	mine := &watcher{scope: at, name: name, wanted: wanted, changes: make(chan change, changesKept)}
	storm := lasts(&s.faults.stormUntil)
	asEvent := storm && s.faults.storms.Add(1)%2 == 0
	if (storm && !asEvent) || !s.store.watch(mine, version) {
		s.counters.count("expired")
		s.askers.expired(who)
		status(w, 410, "Expired", fmt.Sprintf("too old resource version: %d", version))
		return
	}
	defer s.store.unwatch(mine)
	how := formOf(r)
	w.Header().Set("Content-Type", contentTypes[how]+map[bool]string{true: ";stream=watch"}[how == inProtobuf])
	w.WriteHeader(200)
	flusher := w.(http.Flusher)
	flusher.Flush()
	s.askers.watched(who, version)
	cuts, look := s.faults.cutStreams.Load(), time.NewTicker(200*time.Millisecond)
	defer look.Stop()
	ends, bookmarks := time.After(time.Duration(seconds)*time.Second), time.NewTicker(time.Minute)
	defer bookmarks.Stop()
	for {
		select {
		case one, open := <-mine.changes:
			if !open {
				return
			}
			next := frame(how, kind, one.event, one)
			if s.faults.cutStreams.Load() != cuts {
				s.counters.count("cut")
				cutWithin(w, next)
			}
			w.Write(next)
			if len(mine.changes) == 0 {
				flusher.Flush()
			}
		case <-look.C:
			if asEvent || lasts(&s.faults.stormUntil) {
				s.counters.count("expired")
				s.askers.expired(who)
				w.Write(expiredFrame(how))
				return
			}
		case <-bookmarks.C:
			w.Write(s.bookmark(how, kind))
			flusher.Flush()
		case <-ends:
			return
		case <-r.Context().Done():
			return
		}
	}
}

func (s *server) bookmark(how form, kind string) []byte {
	s.store.mutex.Lock()
	version := s.store.version
	s.store.mutex.Unlock()
	tree := message{{1, "metadata", message{{6, "resourceVersion", strconv.Itoa(version)}}}}
	return frame(how, kind, "BOOKMARK", change{version: version, object: &object{}, bytes: tree.protobuf(nil), tree: tree})
}

func expiredFrame(how form) []byte {
	tree := message{{2, "status", "Failure"}, {3, "message", "too old resource version"}, {4, "reason", "Expired"}, {6, "code", 410}}
	return frame(how, "Status", "ERROR", change{object: &object{}, bytes: tree.protobuf(nil), tree: tree})
}
