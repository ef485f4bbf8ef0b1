package rig_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wismo/channels/sandbox"
	"wismo/cmd/internal/rig"
	"wismo/core/journal/postgres/pgtest"
	shopify "wismo/stores/sandbox"
)

// start runs one replica on a PostgreSQL of its own.
func start(t *testing.T) (*rig.Rig, string) {
	t.Helper()
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	db := pgtest.Database(t)
	o := rig.Options{Binary: bin, Database: db, Replicas: 1, Dir: t.TempDir()}
	judge(t, &o)
	r, err := rig.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("end of the log:\n%s", tail(r.Replicas[0].Log(), 4000))
		}
		if v := r.Violations(); len(v) > 0 {
			t.Errorf("requests against the contract: %v", v[0])
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r, db
}

// A database that is down makes webhooks answer 503; what was acknowledged is
// answered when it is back, and what was not is found by the sweep.
func TestDatabaseDown(t *testing.T) {
	t.Parallel()
	r, db := start(t)
	cut(t, db, false)
	form := r.Twilio.Take(rig.Phone(1), rig.Number, "where is order 5000001")
	status, err := r.Twilio.Post(t.Context(), rig.Webhook, form)
	if err != nil || status != http.StatusServiceUnavailable {
		t.Fatalf("status %d, error %v; want 503", status, err)
	}
	res, err := http.Get("http://" + r.Replicas[0].Private + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("readyz answers %d", res.StatusCode)
	}
	cut(t, db, true)
	if err := r.Deliver(t.Context(), rig.Phone(2), "where is order 5000002", false); err != nil {
		t.Fatal(err)
	}
	if !await(t.Context(), r, rig.Phone(2), "5000002") {
		t.Error("no answer after the database was back")
	}
	// The first message's webhook never came again. A sweep runs at each start.
	r.Replicas[0].Stop()
	if err := r.Replicas[0].Run(); err != nil {
		t.Fatal(err)
	}
	if !await(t.Context(), r, rig.Phone(1), "5000001") {
		t.Error("the message that was not acknowledged was never found")
	}
	if log := r.Replicas[0].Log(); strings.Contains(log, rig.Phone(1)) || strings.Contains(log, "5000001") {
		t.Error("the log holds a phone number or a customer's words")
	}
}

// cut forbids connections to a database and ends those that are open, or
// allows them again.
func cut(t *testing.T, db string, allow bool) {
	t.Helper()
	u, err := url.Parse(db)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	conn, err := pgx.Connect(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	word := map[bool]string{true: "true", false: "false"}[allow]
	if _, err := conn.Exec(t.Context(), "ALTER DATABASE "+name+" ALLOW_CONNECTIONS "+word); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name); err != nil {
		t.Fatal(err)
	}
}

// A store that is down: the customer is told at once, and answered when it is
// back.
func TestStoreDown(t *testing.T) {
	t.Parallel()
	r, _ := start(t)
	r.Shopify.Misbehave(shopify.Mischief{Times: -1, Status: 503, Body: "down"})
	if err := r.Deliver(t.Context(), "+14155550101", "where is order 1001", false); err != nil {
		t.Fatal(err)
	}
	if !await(t.Context(), r, "+14155550101", "can't reach our order system") {
		t.Fatal("the customer was not told that it takes longer")
	}
	r.Shopify.Behave()
	if !await(t.Context(), r, "+14155550101", "on its way") {
		t.Fatal("the answer did not follow when the store was back")
	}
	if n := len(r.Twilio.SentTo("+14155550101")); n != 2 {
		t.Errorf("%d texts, want two", n)
	}
}

// A send that timed out after the provider took it is not sent again.
func TestTakenButTimedOut(t *testing.T) {
	t.Parallel()
	r, _ := start(t)
	r.Twilio.Misbehave(sandbox.Mischief{On: sandbox.OnSend, After: true, Drop: true})
	if err := r.Deliver(t.Context(), "+14155550101", "where is order 1001", false); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(patience)
	for !strings.Contains(r.Replicas[0].Log(), "a reply that may have been sent was sent") {
		if time.Now().After(deadline) {
			t.Fatal("the reply was never looked up")
		}
		time.Sleep(50 * time.Millisecond)
	}
	if n := len(r.Twilio.SentTo("+14155550101")); n != 1 {
		t.Errorf("%d texts, want one", n)
	}
}

// A forged webhook is refused, stores nothing and is counted.
func TestForgedWebhook(t *testing.T) {
	t.Parallel()
	r, _ := start(t)
	form := r.Twilio.Take("+14155550101", rig.Number, "where is order 1001")
	u, err := url.Parse(rig.Webhook)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.PostForm("http://"+r.Replicas[0].Public+u.Path, form)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("status %d, want 403", res.StatusCode)
	}
	if got := metric(t, r, `wismo_webhooks_total{outcome="forged",route="message"}`); got != "1" {
		t.Errorf("counted %q times", got)
	}
	if n := len(r.Twilio.Sent()); n != 0 {
		t.Errorf("%d texts were sent", n)
	}
}

func metric(t *testing.T, r *rig.Rig, name string) string {
	t.Helper()
	res, err := http.Get("http://" + r.Replicas[0].Private + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b strings.Builder
	if err := res.Write(&b); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if v, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
