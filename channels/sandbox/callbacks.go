package sandbox

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Callbacks says how status callbacks are made.
type Callbacks uint8

// The ways to call back.
const (
	InOrder  Callbacks = iota // sent, then delivered
	Reversed                  // delivered, then sent
	Twice                     // each of them twice
	None                      // none; messages stay queued
)

// callbackWorkers is how many messages are reported on at once.
const callbackWorkers = 4

// callbackQueue holds messages that are still to be reported on; it grows as
// needed, so that taking a message never waits for a webhook.
type callbackQueue struct {
	mu      sync.Mutex
	waiting *sync.Cond
	list    []*record
	ended   bool
}

func newCallbackQueue() *callbackQueue {
	q := &callbackQueue{}
	q.waiting = sync.NewCond(&q.mu)
	return q
}

func (q *callbackQueue) put(r *record) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = append(q.list, r)
	q.waiting.Signal()
}

// get waits for the next message; ok is false once the queue is closed.
func (q *callbackQueue) get() (r *record, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.list) == 0 && !q.ended {
		q.waiting.Wait()
	}
	if q.ended {
		return nil, false
	}
	r, q.list = q.list[0], q.list[1:]
	return r, true
}

func (q *callbackQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	q.waiting.Broadcast()
}

// callBack reports on messages until the sandbox is closed.
func (t *Twilio) callBack() {
	for {
		r, ok := t.calls.get()
		if !ok {
			return
		}
		for _, status := range t.steps(r) {
			form, address := t.advance(r, status)
			if address == "" {
				continue
			}
			// Nobody is told of a failed callback; Twilio would only log it.
			_, _ = t.Post(t.ctx, address, form)
		}
	}
}

// steps returns the statuses that r is reported in.
func (t *Twilio) steps(r *record) []string {
	steps := []string{"sent", "delivered"}
	if f := r.fate.Status; f == "failed" {
		steps = []string{f}
	} else if f != "" {
		steps[1] = f
	}
	switch t.cfg.Callbacks {
	case Reversed:
		slices.Reverse(steps)
	case Twice:
		steps = slices.Concat(steps, steps)
	case None:
		return nil
	case InOrder:
	}
	return steps
}

// advance moves r to a status, never back, and returns the callback to make.
func (t *Twilio) advance(r *record, status string) (form url.Values, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.from = r.pool
	if r.status != r.fate.Status {
		r.status = status
	}
	form = url.Values{
		"MessageSid": {r.sid}, "SmsSid": {r.sid}, "MessageStatus": {status}, "SmsStatus": {status},
		"To": {r.to}, "From": {r.from}, "AccountSid": {t.cfg.AccountSID}, "ApiVersion": {"2010-04-01"},
	}
	if r.service != "" {
		form.Set("MessagingServiceSid", r.service)
	}
	if strings.HasPrefix(r.to, "whatsapp:") {
		form.Set("ChannelPrefix", "whatsapp")
		form.Set("EventType", strings.ToUpper(status))
	}
	if status == r.fate.Status && r.fate.Code != 0 {
		r.code = r.fate.Code
		form.Set("ErrorCode", strconv.Itoa(r.code))
	}
	return form, r.callback
}
