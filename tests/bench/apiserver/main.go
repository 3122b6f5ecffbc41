// A Kubernetes API server for benches: many broker clusters and other pods in memory, answered in the formats of a real one -
// protobuf, JSON and tables, pages, watches with bookmarks, gzip, TLS with HTTP/2 - and fast enough not to be what is measured.
// Port-forwards and execs are refused as those to a kubelet that cannot be reached. It prints its port when it is ready.
//
//	GET  /bench/stats            what was asked and sent since the last reset
//	POST /bench/reset
//	POST /bench/changes?rate=N   so many pods a second change from now on
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
}

func (c *countedConn) Write(bytes []byte) (int, error) {
	n, err := c.Conn.Write(bytes)
	c.counters.sent.Add(int64(n))
	return n, err
}

func (c *countedConn) Close() error {
	c.once.Do(func() { c.counters.open.Add(-1) })
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
	return &countedConn{Conn: conn, counters: l.counters}, nil
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

func (s *server) bench(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/bench/reset":
		s.counters.reset()
	case "/bench/changes":
		rate, _ := strconv.Atoi(r.URL.Query().Get("rate"))
		s.store.mutex.Lock()
		s.store.rate, s.store.made = rate, 0
		s.store.mutex.Unlock()
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
	s.counters.mutex.Lock()
	defer s.counters.mutex.Unlock()
	json.NewEncoder(w).Encode(map[string]any{"requests": s.counters.requests, "sent": s.counters.sent.Load(),
		"connections": s.counters.connections.Load(),
		"open":        s.counters.open.Load(), "openMost": s.counters.openMost.Load(), "changes": made, "watches": watches,
		"behind": behind})
}

func main() {
	clusters := flag.Int("clusters", 2, "broker clusters of three")
	others := flag.Int("others", 0, "other pods")
	ca := flag.String("ca", "", "where the certificate is written")
	control := flag.Bool("print-sizes", false, "print the size of a broker pod in both forms, and end")
	flag.Parse()
	made := makeWorld(*clusters, *others)
	if *control {
		pod := made.lists["pods"][0]
		fmt.Printf("protobuf %d, JSON %d bytes\n", len(pod.protobuf()), len(jsonValue(nil, pod.tree(pod))))
		return
	}
	s := &server{store: newStore(made), counters: &counters{requests: map[string]int{}}}
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
	quiet := log.New(io.Discard, "", 0)
	// As many streams a connection as kube-apiserver gives.
	api := &http.Server{Handler: s, ErrorLog: quiet, HTTP2: &http.HTTP2Config{MaxConcurrentStreams: 100},
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}
	log.Fatal(api.ServeTLS(countedListener{listener, s.counters}, "", ""))
}
