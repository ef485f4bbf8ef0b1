package conversation_test

import (
	"encoding/json"
	"testing"
	"time"

	"wismo/core/conversation"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestVerificationIsRemembered(t *testing.T) {
	t.Parallel()
	s := conversation.State{Verified: []conversation.Verified{{OrderID: "a", Method: "claim", At: noon}, {OrderID: "b", Method: "sender", At: noon.Add(-25 * time.Hour)}}}
	for name, c := range map[string]struct {
		order string
		after time.Duration
		want  bool
	}{
		"at once":                 {"a", 0, true},
		"just within the day":     {"a", 24*time.Hour - time.Second, true},
		"after a day":             {"a", 24 * time.Hour, false},
		"given too long ago":      {"b", 0, false},
		"another order":           {"c", 0, false},
		"no order":                {"", 0, false},
		"a clock that went back":  {"a", -time.Minute, true},
		"not by an order's start": {"aa", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, ok := s.Remembers(c.order, noon.Add(c.after))
			if ok != c.want || ok && v.Method != "claim" {
				t.Errorf("remembered %v (%+v), want %v", ok, v, c.want)
			}
		})
	}
}

// The state of old conversations is read by newer programs, and what is not
// set takes no room.
func TestStateIsKept(t *testing.T) {
	t.Parallel()
	s := conversation.State{
		Asked: conversation.AskedContact, Language: "de", HeardAt: noon, Ref: "1001", Refs: []string{"1002"}, Queue: []string{"1003"},
		Told: &conversation.Told{Ref: "1001", Print: "x", At: noon}, Promise: &conversation.Promise{Ref: "1001", Due: noon, At: noon, Looks: 1},
		Waiting: &conversation.Waiting{Since: noon, Tries: 2, Next: noon},
	}
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back conversation.State
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(back); err != nil || string(again) != string(raw) {
		t.Errorf("came back as %s, error %v", again, err)
	}
	if raw, err = json.Marshal(conversation.State{}); err != nil || string(raw) != "{}" {
		t.Errorf("nothing is written as %s, error %v", raw, err)
	}
}
