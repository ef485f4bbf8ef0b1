package webhook_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/remote"
	"wismo/helpdesk/desktest"
	"wismo/helpdesk/webhook"
)

const secret = "a-secret-that-both-sides-have-0001"

// desk is a help desk of somebody's own.
type desk struct {
	mu     sync.Mutex
	got    []map[string]any
	ids    map[string]bool
	status int
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.status != 0 {
		w.WriteHeader(d.status)
		return
	}
	if webhook.Verify(r.Header, secret, desktest.Noon(), body) != nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	var p map[string]any
	if json.Unmarshal(body, &p) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if id := r.Header.Get(webhook.HeaderID); !d.ids[id] {
		d.ids[id] = true
		d.got = append(d.got, p)
	}
	_, _ = io.WriteString(w, `{"ticket":"T-1"}`)
}

func open(t *testing.T) (*webhook.Desk, *desk) {
	t.Helper()
	d := &desk{ids: map[string]bool{}}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	client := remote.New(remote.Options{Loopback: true})
	t.Cleanup(client.CloseIdleConnections)
	return webhook.New(webhook.Config{URL: server.URL, Secret: secret}, client, desktest.Noon), d
}

func TestTicketIsPosted(t *testing.T) {
	t.Parallel()
	w, d := open(t)
	for range 2 {
		if id, err := w.Open(t.Context(), desktest.Ticket(1)); err != nil || id != "T-1" {
			t.Fatalf("Open = %q, %v", id, err)
		}
	}
	note := desktest.Later(2, "it could not be delivered")
	note.Note = true
	for _, e := range []handoff.Entry{desktest.Later(1, "still nothing"), note} {
		if err := w.Append(t.Context(), "T-1", e); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.got) != 3 || d.got[0]["event"] != "ticket.opened" || d.got[1]["event"] != "ticket.message" || d.got[2]["event"] != "ticket.note" || d.got[1]["ticket"] != "T-1" {
		t.Fatalf("posted %v", d.got)
	}
	if files, _ := d.got[0]["files"].([]any); len(files) != 1 || d.got[0]["priority"] != "high" {
		t.Errorf("the ticket is %v", d.got[0])
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]fault.Kind{500: fault.Unavailable, 429: fault.Throttled, 403: fault.Denied, 404: fault.NotFound, 410: fault.NotFound, 302: fault.Denied, 422: fault.Invalid} {
		w, d := open(t)
		d.status = status
		if err := w.Append(t.Context(), "T-1", desktest.Later(1, "x")); fault.KindOf(err) != want {
			t.Errorf("%d: %v, want %v", status, err, want)
		}
	}
}

func TestPushed(t *testing.T) {
	t.Parallel()
	w, _ := open(t)
	push := func(body string, change func(http.Header)) (string, handoff.Progress, error) {
		r := httptest.NewRequest(http.MethodPost, "/desk/acme", strings.NewReader(body))
		webhook.Sign(r.Header, secret, "reply-1", desktest.Noon(), []byte(body))
		if change != nil {
			change(r.Header)
		}
		return w.Pushed(r, []byte(body), desktest.Noon())
	}
	id, p, err := push(`{"ticket":"T-1","text":"It is found.","agent":"Kim"}`, nil)
	if err != nil || id != "T-1" || p.Stage != handoff.StageOpen || len(p.Replies) != 1 || p.Replies[0].Key != "reply-1" || p.Replies[0].Text != "It is found." {
		t.Fatalf("%q, %+v, %v", id, p, err)
	}
	if _, p, err := push(`{"ticket":"T-1","status":"solved"}`, nil); err != nil || p.Stage != handoff.StageSolved || len(p.Replies) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	for name, tt := range map[string]struct {
		body   string
		change func(http.Header)
		want   fault.Kind
	}{
		"no signature":    {`{"ticket":"T-1"}`, func(h http.Header) { h.Del(webhook.HeaderSignature) }, fault.Denied},
		"wrong signature": {`{"ticket":"T-1"}`, func(h http.Header) { h.Set(webhook.HeaderSignature, strings.Repeat("0", 64)) }, fault.Denied},
		"another id":      {`{"ticket":"T-1"}`, func(h http.Header) { h.Set(webhook.HeaderID, "reply-2") }, fault.Denied},
		"another secret": {`{"ticket":"T-1"}`, func(h http.Header) {
			webhook.Sign(h, "another", "reply-1", desktest.Noon(), []byte(`{"ticket":"T-1"}`))
		}, fault.Denied},
		"too old": {`{"ticket":"T-1"}`, func(h http.Header) {
			webhook.Sign(h, secret, "reply-1", desktest.Noon().Add(-6*time.Minute), []byte(`{"ticket":"T-1"}`))
		}, fault.Denied},
		"from the future": {`{"ticket":"T-1"}`, func(h http.Header) {
			webhook.Sign(h, secret, "reply-1", desktest.Noon().Add(6*time.Minute), []byte(`{"ticket":"T-1"}`))
		}, fault.Denied},
		"no ticket":      {`{"text":"x"}`, nil, fault.Invalid},
		"no JSON":        {`<html>`, nil, fault.Invalid},
		"unknown status": {`{"ticket":"T-1","status":"eaten"}`, nil, fault.Invalid},
	} {
		if _, p, err := push(tt.body, tt.change); fault.KindOf(err) != tt.want || len(p.Replies) != 0 {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

func FuzzPushed(f *testing.F) {
	for _, s := range []string{`{"ticket":"T-1","text":"x"}`, `{}`, `[]`, `{"ticket":1}`, `{"ticket":"T","status":"solved"}`, "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := webhook.New(webhook.Config{Secret: secret}, nil, desktest.Noon)
		r := httptest.NewRequest(http.MethodPost, "/desk/acme", http.NoBody)
		webhook.Sign(r.Header, secret, "id", desktest.Noon(), []byte(body))
		if id, _, err := w.Pushed(r, []byte(body), desktest.Noon()); (err == nil) != (id != "") {
			t.Errorf("%q, %v", id, err)
		}
	})
}
