package sandbox_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"wismo/stores/ownorder"
	"wismo/stores/sandbox"
)

// askOwn makes a request of the contract and returns status and body.
func askOwn(t *testing.T, address, secret, id, number string, at time.Time) (int, http.Header, []byte) {
	t.Helper()
	body := []byte(`{"number":"` + number + `","names":["#` + number + `"]}`)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+ownorder.Path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	ownorder.Sign(r.Header, secret, r.Method, r.URL.EscapedPath(), body, id, at)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, raw
}

func TestOwn(t *testing.T) {
	t.Parallel()
	const first, second, secret = "request-0000000001", "request-0000000002", sandbox.DefaultOwnSecret
	now := time.Now()
	p := sandbox.NewOwn(sandbox.OwnConfig{Now: func() time.Time { return now }})
	if _, err := p.Start("0.0.0.0:0"); err == nil {
		t.Error("it listens where others can reach it")
	}
	address, err := p.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	status, header, raw := askOwn(t, address, secret, first, "1001", now)
	if status != http.StatusOK || ownorder.VerifyAnswer(header, secret, first, status, raw) != nil {
		t.Errorf("status %d, %s", status, raw)
	}
	var body struct{ Orders []struct{ Name string } }
	if err := json.Unmarshal(raw, &body); err != nil || len(body.Orders) != 1 || body.Orders[0].Name != "#1001" {
		t.Errorf("%v, %+v", err, body)
	}
	for want, c := range map[string]struct {
		secret, id string
		at         time.Time
	}{"replayed": {secret, first, now}, "forged": {"another", second, now}, "expired": {secret, second, now.Add(-time.Hour)}, "unsigned": {secret, "1", now}} {
		if status, _, raw := askOwn(t, address, c.secret, c.id, "1001", c.at); status != http.StatusUnauthorized || !strings.Contains(string(raw), want) {
			t.Errorf("%s: %d %s", want, status, raw)
		}
	}
	if p.Requests() != 5 {
		t.Errorf("%d requests", p.Requests())
	}
}
