package main

// What lists and watches read: objects by namespace, selectors, and the changes with those who watch.

import (
	"encoding/binary"
	"fmt"
	"math/rand"
	"strings"
	"sync"
	"time"
)

const changesKept = 20000 // older ones are answered 410, as by a server whose cache has moved on

type requirement struct {
	key    string
	values []string // nil = any
}

// Equality, "in" and presence; what is asked for in another way is a fault of this server and is said.
func parseSelector(text string) ([]requirement, error) {
	var out []requirement
	for text != "" {
		end := strings.IndexByte(text, ',')
		if open := strings.IndexByte(text, '('); open >= 0 && (end < 0 || open < end) {
			end = strings.IndexByte(text, ')') + 1
			if end <= 0 || (end < len(text) && text[end] != ',') {
				return nil, fmt.Errorf("selector %q", text)
			}
		}
		if end < 0 || end >= len(text) {
			end = len(text)
		}
		one := text[:end]
		text = strings.TrimPrefix(text[end:], ",")
		if key, list, ok := strings.Cut(one, " in ("); ok {
			out = append(out, requirement{key, strings.Split(strings.TrimSuffix(list, ")"), ",")})
		} else if key, value, ok := strings.Cut(strings.Replace(one, "==", "=",
			1), "="); ok && !strings.HasSuffix(key, "!") {
			out = append(out, requirement{key, []string{value}})
		} else if !strings.ContainsAny(one, "!= ") {
			out = append(out, requirement{one, nil})
		} else {
			return nil, fmt.Errorf("selector %q", one)
		}
	}
	return out, nil
}

func matches(o *object, wanted []requirement) bool {
	for _, one := range wanted {
		value, ok := o.labels[one.key]
		found := ok && one.values == nil
		for _, each := range one.values {
			found = found || (ok && each == value)
		}
		if !found {
			return false
		}
	}
	return true
}

type change struct {
	version  int
	object   *object
	bytes    []byte // the object as protobuf
	tree     message
	resource string
	event    string
}

type scope struct{ resource, namespace string }

type watcher struct {
	scope   scope
	name    string // of a field selector metadata.name
	wanted  []requirement
	changes chan change
}

func (w *watcher) sees(o *object) bool {
	return (w.name == "" || w.name == o.name) && matches(o, w.wanted)
}

type store struct {
	mutex    sync.Mutex
	version  int
	objects  map[scope][]*object
	watchers map[scope]map[*watcher]bool
	recent   []change
	oldest   int                  // changes up to here are not kept: who watches from before is answered 410
	all      map[string][]*object // by resource
	mixed    bool                 // all that is beside a broker changes, not pods alone
	rate     int                  // changes a second
	made     int
	ledger   []entry // every change, for who asks for it
	keeps    bool    // whether it is kept
}

type entry struct {
	version                   int
	resource, namespace, name string
}

func newStore(w *world) *store {
	s := &store{version: 2000, objects: map[scope][]*object{}, watchers: map[scope]map[*watcher]bool{},
		all: w.lists}
	var waits sync.WaitGroup
	for resource, list := range w.lists {
		for _, o := range list {
			s.objects[scope{resource, ""}] = append(s.objects[scope{resource, ""}], o)
			if o.namespace != "" {
				at := scope{resource, o.namespace}
				s.objects[at] = append(s.objects[at], o)
			}
		}
		waits.Add(1)
		go func() {
			for _, o := range list {
				o.protobuf()
			}
			waits.Done()
		}()
	}
	waits.Wait()
	go s.changeForEver()
	return s
}

// A list as it is now, from the offset on.
func (s *store) list(at scope, name string, wanted []requirement, offset, limit int) (found []*object, bytes [][]byte,
	version, next int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	all := s.objects[at]
	for i := offset; i < len(all); i++ {
		if (name == "" || name == all[i].name) && matches(all[i], wanted) {
			if limit > 0 && len(found) == limit {
				return found, bytes, s.version, i
			}
			found = append(found, all[i])
			bytes = append(bytes, all[i].protobuf())
		}
	}
	return found, bytes, s.version, 0
}

// Starts to watch after a version; false when that is too old.
func (s *store) watch(w *watcher, version int) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if version > 0 && version < s.oldest {
		return false
	}
	for _, one := range s.recent {
		inScope := w.scope.resource == one.resource &&
			(w.scope.namespace == "" || w.scope.namespace == one.object.namespace)
		if version > 0 && one.version > version && inScope && w.sees(one.object) {
			w.changes <- one
		}
	}
	if s.watchers[w.scope] == nil {
		s.watchers[w.scope] = map[*watcher]bool{}
	}
	s.watchers[w.scope][w] = true
	return true
}

func (s *store) unwatch(w *watcher) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.watchers[w.scope], w)
}

// What changes when all that is beside a broker does, of twenty.
var mixture = []string{"statefulsets", "endpointslices", "services", "persistentvolumeclaims", "nodes", "poddisruptionbudgets"}

// Some object has another version; each twentieth time a pod was ready or is again.
func (s *store) change(random *rand.Rand) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	resource := "pods"
	if which := random.Intn(20); s.mixed && which < len(mixture) {
		resource = mixture[which]
	}
	one := s.all[resource][random.Intn(len(s.all[resource]))]
	if one.gone {
		return
	}
	s.made++
	if s.made%20 == 0 {
		one.flips++
	}
	s.alter(resource, one, "MODIFIED")
}

// The object, which the caller has changed, gets its next version, and who watches is told. Under the mutex.
func (s *store) alter(resource string, o *object, event string) {
	s.version++
	o.version = s.version
	tree := o.tree(o)
	o.bytes = tree.protobuf(nil)
	one := change{s.version, o, o.bytes, tree, resource, event}
	if len(s.recent) == changesKept {
		s.oldest = s.recent[changesKept/10-1].version
		s.recent = append(s.recent[:0:0], s.recent[changesKept/10:]...)
	}
	s.recent = append(s.recent, one)
	if s.keeps {
		s.ledger = append(s.ledger, entry{s.version, resource, o.namespace, o.name})
	}
	for _, at := range []scope{{resource, ""}, {resource, o.namespace}} {
		for w := range s.watchers[at] {
			if !w.sees(o) {
				continue
			}
			select {
			case w.changes <- one:
			default: // who does not read is cut off, as by a real server
				close(w.changes)
				delete(s.watchers[at], w)
			}
		}
		if o.namespace == "" { // both are the same
			break
		}
	}
}

func (s *store) changeForEver() {
	random := rand.New(rand.NewSource(1))
	last, owed := time.Now(), 0.0
	for range time.Tick(5 * time.Millisecond) {
		now := time.Now()
		s.mutex.Lock()
		// What a machine that is busy elsewhere did not come to is not made up for for long, and not at all at rest.
		owed = min(owed+now.Sub(last).Seconds()*float64(s.rate), float64(s.rate)/2)
		s.mutex.Unlock()
		last = now
		for ; owed >= 1; owed-- {
			s.change(random)
		}
	}
}

// A frame of a watch in protobuf: four bytes of length, then the event around the object.
func protobufFrame(kind, event string, object []byte) []byte {
	body := appendBytes(appendText(nil, 1, event), 2, appendBytes(nil, 1, envelope(kind, object)))
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
}

// What stands around each answer in protobuf.
func envelope(kind string, raw []byte) []byte {
	return appendText(appendText(appendBytes(envelopeStart(kind), 2, raw), 3, ""), 4, "")
}

func envelopeStart(kind string) []byte {
	version := "v1"
	if group := groups[kind]; group != "" {
		version = group + "/v1"
	}
	return appendBytes([]byte("k8s\x00"), 1, appendText(appendText(nil, 1, version), 2, kind))
}
