package main

// A long and narrow way to the server: each connection has a delay, a rate, and packets that come a time-out later because the
// first of them was lost. What is behind such a packet waits for it, as in TCP.

import (
	"io"
	"math/rand"
	"net"
	"time"
)

const (
	packet   = 1400
	inFlight = 48                     // packets that are taken before a writer waits
	timeout  = 200 * time.Millisecond // TCP's least, beside the round trip
)

type link struct {
	delay time.Duration // one way
	rate  int           // bytes a second, each way
	lost  float64       // of a hundred packets
}

type parcel struct {
	bytes []byte
	due   time.Time
}

// One direction: what is put in comes out when it is due.
type direction struct {
	link  *link
	queue chan parcel
	free  time.Time // when the last byte has left
	due   time.Time // of the last packet
}

func (l *link) direction() *direction {
	return &direction{link: l, queue: make(chan parcel, inFlight)}
}

func (d *direction) put(bytes []byte) {
	for len(bytes) > 0 {
		part := bytes[:min(len(bytes), packet)]
		bytes = bytes[len(part):]
		now := time.Now()
		if d.free.Before(now) {
			d.free = now
		}
		d.free = d.free.Add(time.Duration(len(part)) * time.Second / time.Duration(d.link.rate))
		due := d.free.Add(d.link.delay)
		if rand.Float64()*100 < d.link.lost {
			due = due.Add(2*d.link.delay + timeout)
		}
		if due.Before(d.due) {
			due = d.due
		}
		d.due = due
		d.queue <- parcel{append([]byte(nil), part...), due}
	}
}

func (d *direction) carry(to io.Writer) {
	for one := range d.queue {
		time.Sleep(time.Until(one.due))
		if _, err := to.Write(one.bytes); err != nil {
			for range d.queue { // nobody is there any more: who still writes must not wait
			}
		}
	}
}

type longConn struct {
	net.Conn
	out  *direction
	from *io.PipeReader
}

func (l *link) wrap(conn net.Conn) net.Conn {
	in, out := l.direction(), l.direction()
	reader, writer := io.Pipe()
	it := &longConn{Conn: conn, out: out, from: reader}
	go out.carry(conn)
	go func() {
		in.carry(writer)
		writer.Close()
	}()
	go func() {
		bytes := make([]byte, packet)
		for {
			n, err := conn.Read(bytes)
			in.put(bytes[:n])
			if err != nil {
				close(in.queue)
				return
			}
		}
	}()
	return it
}

func (c *longConn) Read(bytes []byte) (int, error) { return c.from.Read(bytes) }

func (c *longConn) Write(bytes []byte) (int, error) {
	c.out.put(bytes)
	return len(bytes), nil
}

func (c *longConn) Close() error {
	c.from.Close()
	return c.Conn.Close()
}
