package understand_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wismo/core/contract"
	"wismo/core/shop"
	"wismo/core/understand"
	"wismo/core/understand/tracking"
)

// sample is a line of tracking_numbers.jsonl.
type sample struct {
	Number, Service string
	Valid           bool
}

func samples(t *testing.T) []sample {
	t.Helper()
	path := filepath.Join(contract.Dir(t, "tracking"), "..", "..", "data", "tracking_numbers.jsonl")
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("skipped: %v; set %s to the folder that has data/tracking_numbers.jsonl", err, contract.Env)
	}
	defer func() { _ = f.Close() }()
	var out []sample
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var s sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// orderAndPhone is a sample whose format has no check digit. In these groups,
// with nothing that calls it a tracking number, it is how a customer gives an
// order and an American phone number: "1001 4155550123".
const orderAndPhone = "5108 7693037816"

// TestSamplesInTexts holds that each sample is read as a tracking number in a
// text if and only if it is one, and never as an order number.
func TestSamplesInTexts(t *testing.T) {
	t.Parallel()
	for _, around := range [][2]string{{"my tracking number is ", ""}, {"Sendungsnummer ", " bitte"}, {"", ""}, {"where is my parcel ", "?"}} {
		right, n := 0, 0
		for _, s := range samples(t) {
			_, fits := tracking.Identify(s.Number)
			if !s.Valid && fits {
				continue // another format's, such as 331426749957
			}
			if s.Number == orderAndPhone && !strings.Contains(around[0], "number") && !strings.Contains(around[0], "nummer") {
				continue
			}
			n++
			text := around[0] + s.Number + around[1]
			u := mind(t).Understand(text, understand.Hint{Format: shop.Defaults().Orders, Region: "US"})
			got := u.First(understand.TrackingNumber)
			switch {
			case s.Valid && got != tracking.Clean(s.Number):
				t.Errorf("%q: %s is not read: %v", text, s.Service, u.Entities)
			case !s.Valid && got != "":
				t.Errorf("%q: %s is read as %q", text, s.Service, got)
			case u.First(understand.OrderNumber) != "":
				t.Errorf("%q: an order number: %v", text, u.Entities)
			default:
				right++
			}
		}
		t.Logf("%q…%q: %d of %d tracking numbers judged right", around[0], around[1], right, n)
	}
}
