package main

// What happens to an API server and its brokers in weeks, within minutes: it is restarted, loses its history, cuts connections
// and watches anywhere, has no time; brokers are rolled.

import (
	"fmt"
	"maps"
	"math/rand"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"
)

type faults struct {
	stormUntil atomic.Int64 // Unix ms: until then each watch is answered 410, as an answer or as an event
	busyUntil  atomic.Int64 // until then each watch is answered 429
	storms     atomic.Int64
	cutStreams atomic.Int64       // counts up: each watch that is open is cut within what it sends next
	restarts   chan time.Duration // how long it stays away
}

func untilMS(seconds int) int64 {
	return time.Now().Add(time.Duration(seconds) * time.Second).UnixMilli()
}

func lasts(until *atomic.Int64) bool { return time.Now().UnixMilli() < until.Load() }

// All changes up to now are forgotten: a watch from before is answered 410.
func (s *store) forget() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.recent, s.oldest = nil, s.version
}

func (s *store) put(resource string, o *object) {
	for _, at := range []scope{{resource, ""}, {resource, o.namespace}} {
		s.objects[at] = append(s.objects[at], o)
	}
}

func (s *store) take(resource string, o *object) {
	for _, at := range []scope{{resource, ""}, {resource, o.namespace}} {
		// Not in place: a list that is being written has this slice.
		s.objects[at] = slices.DeleteFunc(slices.Clone(s.objects[at]), func(other *object) bool { return other == o })
	}
}

func (s *store) find(resource, namespace, name string) *object {
	for _, o := range s.all[resource] {
		if o.namespace == namespace && o.name == name {
			return o
		}
	}
	return nil
}

// One broker goes and one of its name comes, as the controller of a set does it.
func (s *store) replace(set, slice, pod *object, pause time.Duration) {
	step := func(does func()) {
		s.mutex.Lock()
		does()
		s.mutex.Unlock()
		time.Sleep(pause)
	}
	count := func(away int) {
		set.away, slice.away = away, away
		s.alter("statefulsets", set, "MODIFIED")
		s.alter("endpointslices", slice, "MODIFIED")
	}
	step(func() {
		pod.leaving, pod.away = true, 1
		s.alter("pods", pod, "MODIFIED")
		count(1)
	})
	step(func() {
		pod.gone = true
		s.take("pods", pod)
		s.alter("pods", pod, "DELETED")
	})
	step(func() {
		pod.labels = maps.Clone(pod.labels)
		pod.labels["controller-revision-hash"] = revisionName(set.name, set.revision)
		pod.life++
		pod.gone, pod.leaving = false, false
		s.put("pods", pod)
		s.alter("pods", pod, "ADDED")
	})
	step(func() {
		pod.away = 0
		s.alter("pods", pod, "MODIFIED")
		count(0)
	})
}

// The set has a new template, and its brokers follow from the last to the first.
func (s *store) roll(number int, pause time.Duration) {
	set := s.all["statefulsets"][number%len(s.all["statefulsets"])]
	slice := s.find("endpointslices", set.namespace, set.name+"-x7k2p")
	s.mutex.Lock()
	set.revision++
	s.alter("statefulsets", set, "MODIFIED")
	s.mutex.Unlock()
	for i := brokers - 1; i >= 0; i-- {
		s.replace(set, slice, s.find("pods", set.namespace, fmt.Sprintf("%s-%d", set.name, i)), pause)
	}
	s.mutex.Lock()
	set.current = set.revision
	s.alter("statefulsets", set, "MODIFIED")
	s.mutex.Unlock()
}

// Sends as much of a frame as a broken connection would have carried, and breaks the stream.
func cutWithin(w http.ResponseWriter, frame []byte) {
	w.Write(frame[:rand.Intn(len(frame))])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// Every open connection ends after so many more bytes, half of them with a reset.
func (c *counters) cutAll(bytes int64) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for conn := range c.conns {
		conn.left.Store(bytes)
	}
}

func (c *countedConn) cut(bytes []byte) (int, error) {
	n, _ := c.Conn.Write(bytes)
	c.counters.cuts.Add(1)
	if tcp, ok := c.Conn.(*net.TCPConn); ok && rand.Intn(2) == 0 {
		tcp.SetLinger(0)
	}
	c.Close()
	return n, net.ErrClosed
}
