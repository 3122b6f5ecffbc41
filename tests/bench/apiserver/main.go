// A Kubernetes API server for benches: many broker clusters and other pods in memory, answered in the formats of a real one -
// protobuf, JSON and tables, pages, watches with bookmarks, gzip, TLS with HTTP/2 - and fast enough not to be what is measured.
// Port-forwards and execs are refused as those to a kubelet that cannot be reached. It prints its port when it is ready.
//
//	GET  /bench/stats            what was asked and sent since the last reset
//	POST /bench/reset
//	POST /bench/changes?rate=N   so many pods a second change from now on; &mixed=true: and all that is beside brokers
//	POST /bench/restart?seconds=N, /bench/forget, /bench/storm?seconds=N, /bench/busy?seconds=N, /bench/cut?bytes=N,
//	     /bench/cut-watches, /bench/roll?set=N  faults.go
//	GET  /bench/objects          what there is: resource, namespace, name, uid, version
//	GET  /bench/ledger           with -ledger: every change: version, resource, namespace, name
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

type counters struct {
	mutex       sync.Mutex
	requests    map[string]int
	sent        atomic.Int64
	connections atomic.Int64
	open        atomic.Int64
	openMost    atomic.Int64
	cuts        atomic.Int64
	conns       map[*countedConn]bool
	link        *link // nil = the way is short
}

func (c *counters) count(class string) {
	c.mutex.Lock()
	c.requests[class]++
	c.mutex.Unlock()
}

func (c *counters) reset() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.requests = map[string]int{}
	c.sent.Store(0)
	c.connections.Store(0)
	c.openMost.Store(c.open.Load())
}

// Counts what goes over the wire, TLS included.
type countedConn struct {
	net.Conn
	counters *counters
	once     sync.Once
	left     atomic.Int64 // bytes until it is cut; negative = it is not
}

func (c *countedConn) Write(bytes []byte) (int, error) {
	if left := c.left.Load(); left >= 0 && left < int64(len(bytes)) {
		return c.cut(bytes[:left])
	} else if left >= 0 {
		c.left.Store(left - int64(len(bytes)))
	}
	n, err := c.Conn.Write(bytes)
	c.counters.sent.Add(int64(n))
	return n, err
}

func (c *countedConn) Close() error {
	c.once.Do(func() {
		c.counters.open.Add(-1)
		c.counters.mutex.Lock()
		delete(c.counters.conns, c)
		c.counters.mutex.Unlock()
	})
	return c.Conn.Close()
}

type countedListener struct {
	net.Listener
	counters *counters
}

func (l countedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.counters.connections.Add(1)
	if open := l.counters.open.Add(1); open > l.counters.openMost.Load() {
		l.counters.openMost.Store(open)
	}
	if l.counters.link != nil {
		conn = l.counters.link.wrap(conn)
	}
	counted := &countedConn{Conn: conn, counters: l.counters}
	counted.left.Store(-1)
	l.counters.mutex.Lock()
	l.counters.conns[counted] = true
	l.counters.mutex.Unlock()
	return counted, nil
}

func certificate(path string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bench"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(240 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0,
			1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	err = os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

func (s *server) dumpObjects(w io.Writer) {
	s.store.mutex.Lock()
	defer s.store.mutex.Unlock()
	for at, list := range s.store.objects {
		if at.namespace != "" {
			continue
		}
		for _, o := range list {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\n", at.resource, o.namespace, o.name, o.uid(), o.version)
		}
	}
}

func (s *server) dumpLedger(w io.Writer) {
	s.store.mutex.Lock()
	ledger := s.store.ledger
	s.store.mutex.Unlock()
	for _, one := range ledger {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", one.version, one.resource, one.namespace, one.name)
	}
}

// False when it is answered.
func (s *server) command(w http.ResponseWriter, r *http.Request) bool {
	number := func(name string) int {
		value, _ := strconv.Atoi(r.URL.Query().Get(name))
		return value
	}
	switch r.URL.Path {
	case "/bench/reset":
		s.counters.reset()
	case "/bench/changes":
		s.store.mutex.Lock()
		s.store.rate, s.store.made, s.store.mixed = number("rate"), 0, r.URL.Query().Get("mixed") == "true"
		s.store.mutex.Unlock()
	case "/bench/forget":
		s.store.forget()
	case "/bench/restart":
		s.faults.restarts <- time.Duration(number("seconds")) * time.Second
	case "/bench/storm":
		s.faults.stormUntil.Store(untilMS(number("seconds")))
	case "/bench/busy":
		s.faults.busyUntil.Store(untilMS(number("seconds")))
	case "/bench/cut":
		s.counters.cutAll(int64(number("bytes")))
	case "/bench/cut-watches":
		s.faults.cutStreams.Add(1)
	case "/bench/roll":
		go s.store.roll(number("set"), 700*time.Millisecond)
	case "/bench/objects":
		s.dumpObjects(w)
		return false
	case "/bench/ledger":
		s.dumpLedger(w)
		return false
	}
	return true
}

func (s *server) bench(w http.ResponseWriter, r *http.Request) {
	if !s.command(w, r) {
		return
	}
	s.store.mutex.Lock()
	made, watches, behind := s.store.made, 0, 0
	for _, at := range s.store.watchers {
		watches += len(at)
		for one := range at {
			behind = max(behind, len(one.changes))
		}
	}
	s.store.mutex.Unlock()
	s.askers.mutex.Lock()
	defer s.askers.mutex.Unlock()
	s.counters.mutex.Lock()
	defer s.counters.mutex.Unlock()
	json.NewEncoder(w).Encode(map[string]any{"requests": s.counters.requests, "sent": s.counters.sent.Load(),
		"connections": s.counters.connections.Load(),
		"open":        s.counters.open.Load(), "openMost": s.counters.openMost.Load(), "changes": made, "watches": watches,
		"behind": behind, "cuts": s.counters.cuts.Load(), "lists": s.askers.reasons, "needless": s.askers.needless,
		"lost": s.askers.lost})
}

// Serves for ever on the address; a restart closes all that is open, stays away, and serves there again.
func (s *server) serve(listener net.Listener, cert tls.Certificate) {
	address, quiet := listener.Addr().String(), log.New(io.Discard, "", 0)
	for {
		// As many streams a connection as kube-apiserver gives.
		api := &http.Server{Handler: s, ErrorLog: quiet, HTTP2: &http.HTTP2Config{MaxConcurrentStreams: 100},
			TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}
		go api.ServeTLS(countedListener{listener, s.counters}, "", "")
		down := <-s.faults.restarts
		api.Close()
		time.Sleep(down)
		var err error
		if listener, err = net.Listen("tcp", address); err != nil {
			log.Fatal(err)
		}
	}
}

func main() {
	clusters := flag.Int("clusters", 2, "broker clusters of three")
	others := flag.Int("others", 0, "other pods")
	ca := flag.String("ca", "", "where the certificate is written")
	delay := flag.Duration("delay", 0, "of the way to the server; with it its -rate and what it loses count")
	rate := flag.Int("rate", 8000, "bytes a second of a connection, each way")
	lost := flag.Float64("lost", 0, "packets of a hundred that come a time-out later")
	ledger := flag.Bool("ledger", false, "keep every change")
	control := flag.Bool("print-sizes", false, "print the size of a broker pod in both forms, and end")
	flag.Parse()
	made := makeWorld(*clusters, *others)
	if *control {
		pod := made.lists["pods"][0]
		fmt.Printf("protobuf %d, JSON %d bytes\n", len(pod.protobuf()), len(jsonValue(nil, pod.tree(pod))))
		return
	}
	s := &server{store: newStore(made), counters: &counters{requests: map[string]int{}, conns: map[*countedConn]bool{}},
		askers: askers{known: map[asker]*asked{}, reasons: map[string]int{}}}
	if *delay > 0 {
		s.counters.link = &link{*delay, *rate, *lost}
	}
	s.store.keeps, s.faults.restarts = *ledger, make(chan time.Duration)
	cert, err := certificate(*ca)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	// The bench's own questions have a port of their own, in clear, and count for nothing.
	own, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go http.Serve(own, http.HandlerFunc(s.bench))
	fmt.Println(listener.Addr().(*net.TCPAddr).Port, own.Addr().(*net.TCPAddr).Port)
	s.serve(listener, cert)
}
