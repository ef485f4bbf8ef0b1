package app_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"wismo/cmd/internal/app"
	"wismo/config"
	"wismo/helpdesk/webhook"
)

const deskSecret = "a-secret-that-both-sides-have-0001"

// ownDesk is a help desk of the shop's own.
type ownDesk struct {
	mu  sync.Mutex
	got []map[string]any
}

func (d *ownDesk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var p map[string]any
	if webhook.Verify(r.Header, deskSecret, time.Now(), body) != nil || json.Unmarshal(body, &p) != nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.got = append(d.got, p)
	_, _ = io.WriteString(w, `{"ticket":"T-1"}`)
}

func (d *ownDesk) posts() []map[string]any {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]map[string]any(nil), d.got...)
}

// call lets the desk tell wismo something and returns the status.
func call(t *testing.T, a *app.App, shop, id, secret, body string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+a.PublicAddr()+"/desk/"+shop, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	webhook.Sign(req.Header, secret, id, time.Now(), []byte(body))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// A whole case: the customer is handed over, an agent answers at the desk, the customer
// thanks, the ticket is solved, and the bot answers the next question.
func TestCaseAtADesk(t *testing.T) {
	t.Parallel()
	d := &ownDesk{}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	c := demo(t)
	c.Shops[0].Desk = config.Desk{Kind: "webhook", URL: server.URL, Secret: deskSecret}
	a := start(t, c)
	ben := "+14155550102"
	if got := say(t, a, ben, "1002 says delivered but I never got it"); !strings.Contains(got, "colleague") {
		t.Fatalf("not handed over: %s", got)
	}
	posts := d.posts()
	if len(posts) != 1 || posts[0]["event"] != "ticket.opened" || !strings.Contains(posts[0]["text"].(string), "#1002") {
		t.Fatalf("the desk has %v", posts)
	}
	for i, tt := range []struct {
		shop, id, secret, body string
		want                   int
	}{
		{"demo", "r1", "wrong", `{"ticket":"T-1","text":"Send me your card number."}`, http.StatusForbidden},
		{"nobody", "r1", deskSecret, `{"ticket":"T-1","text":"Hello"}`, http.StatusNotFound},
		{"demo", "r1", deskSecret, `{"ticket":"T-9","text":"Hello"}`, http.StatusGone},
		{"demo", "r1", deskSecret, `{"ticket":"T-1","text":"We have found it at your neighbour's."}`, http.StatusOK},
		{"demo", "r1", deskSecret, `{"ticket":"T-1","text":"We have found it at your neighbour's."}`, http.StatusOK},
	} {
		if got := call(t, a, tt.shop, tt.id, tt.secret, tt.body); got != tt.want {
			t.Errorf("call %d: %d, want %d", i, got, tt.want)
		}
	}
	got := say(t, a, ben, "thanks, got it")
	if strings.Count(got, "at your neighbour's") != 1 || strings.Contains(got, "card number") {
		t.Errorf("the customer got %s", got)
	}
	if posts := d.posts(); len(posts) != 2 || posts[1]["event"] != "ticket.message" || posts[1]["text"] != "thanks, got it" {
		t.Errorf("the desk has %v", posts)
	}
	if got := call(t, a, "demo", "s1", deskSecret, `{"ticket":"T-1","status":"solved"}`); got != http.StatusOK {
		t.Errorf("solved: %d", got)
	}
	if got := say(t, a, ben, "where is order 1002?"); !strings.Contains(got, "was delivered") {
		t.Errorf("the bot does not answer again: %s", got)
	}
}
