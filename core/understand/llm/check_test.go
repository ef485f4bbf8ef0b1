package llm_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"wismo/core/check"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		content string
		status  int
		takes   time.Duration
		level   check.Level
		says    string
	}{
		"well":      {`{"intents":["track_order"],"language":"en","entities":[]}`, 200, 0, check.OK, "the right form"},
		"slow":      {`{"intents":["track_order"]}`, 200, 4 * time.Second, check.Warning, "it took 4s, and is waited for 3s"},
		"wrong key": {"", 401, 0, check.Failed, "status 401"},
		"no model":  {"", 404, 0, check.Failed, "status 404"},
		"refused":   {"", 400, 0, check.Failed, "status 400"},
		"chatty":    {"Sure! The intent is track_order.", 200, 0, check.Failed, "no JSON object"},
		"invents":   {`{"intents":["track_order"],"entities":[{"type":"phone","text":"5550101"}]}`, 200, 0, check.Failed, "does not stand in the text"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &model{}
			r, c := ask(t, nil, m, 0)
			m.handler = func(w http.ResponseWriter, _ *http.Request) {
				c.add(tt.takes)
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(completion(tt.content)))
			}
			f := r.Check(t.Context())
			if len(f) != 1 || f[0].Level != tt.level || !strings.Contains(f[0].Detail, tt.says) {
				t.Fatalf("%+v, want %s: %s", f, tt.level, tt.says)
			}
			if (f[0].Hint == "") != (tt.level == check.OK) || strings.Contains(f[0].Detail+f[0].Hint, "hush") {
				t.Errorf("hint %q", f[0].Hint)
			}
		})
	}
}
