package main

// Who listed what, and whether that was necessary: a list is, the first time, after a watch was answered that its version is too
// old, and when the list before never arrived. Any other asks for everything while the version that the asker had still held.

import (
	"fmt"
	"strconv"
	"sync"
	"time"
)

type asker struct {
	who, resource, namespace, labels, fields string
}

type asked struct {
	listed   int  // the version of its last list
	followed bool // a watch has gone on from there: it arrived
	expired  bool // the last watch was answered 410
}

type askers struct {
	mutex    sync.Mutex
	known    map[asker]*asked
	reasons  map[string]int
	needless []string
	lost     [][3]string // who, resource, version of lists from which nobody went on
}

func (a *askers) of(who asker) *asked {
	if a.known[who] == nil {
		a.known[who] = &asked{}
	}
	return a.known[who]
}

func (a *askers) listed(who asker, from string, version int) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	it := a.of(who)
	reason := "needless"
	switch {
	case it.listed == 0:
		reason = "first"
	case it.expired:
		reason = "expired"
	case !it.followed:
		reason = "lost"
		a.lost = append(a.lost, [3]string{who.who, who.resource, strconv.Itoa(it.listed)})
	default:
		a.needless = append(a.needless, fmt.Sprintf("%s %+v from %q", time.Now().UTC().Format(time.RFC3339Nano), who, from))
	}
	a.reasons[reason]++
	*it = asked{listed: version}
}

func (a *askers) watched(who asker, version int) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	it := a.of(who)
	it.followed = it.followed || version >= it.listed
	it.expired = false
}

func (a *askers) expired(who asker) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.of(who).expired = true
}
