package tracking_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"wismo/core/contract"
	"wismo/core/understand/tracking"
)

// row is a line of tracking_numbers.jsonl.
type row struct {
	Number, Courier, Service string
	Valid                    bool
}

// rows reads the samples kept with the contracts, or skips the test.
func rows(t *testing.T) []row {
	t.Helper()
	path := filepath.Join(contract.Dir(t, "tracking"), "..", "..", "data", "tracking_numbers.jsonl")
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("skipped: %v; set %s to the folder that has data/tracking_numbers.jsonl", err, contract.Env)
	}
	defer func() { _ = f.Close() }()
	var out []row
	for s := bufio.NewScanner(f); s.Scan(); {
		var r row
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// service is our key for a format that the samples name otherwise.
func service(theirs string) string {
	switch theirs {
	case "UPS Waybill":
		return "ups_waybill"
	case "LaserShip 1LS7 (18)":
		return "lasership_1ls7_18"
	case "Old Dominion":
		return "old_dominion"
	case "Old Dominion Guaranteed Shipment":
		return "old_dominion_guaranteed"
	}
	return theirs
}

func TestEverySample(t *testing.T) {
	t.Parallel()
	right, elsewhere := 0, 0
	all := rows(t)
	for _, r := range all {
		fits := false
		ms := tracking.All(r.Number)
		for _, m := range ms {
			fits = fits || m.Courier == r.Courier && m.Service == service(r.Service)
		}
		if fits != r.Valid {
			t.Errorf("%q: fits %s = %v, want %v (%+v)", r.Number, r.Service, fits, r.Valid, ms)
			continue
		}
		right++
		if !r.Valid && len(ms) > 0 {
			elsewhere++
			t.Logf("%q is no %s, but %+v", r.Number, r.Service, ms[0].Service)
		}
	}
	t.Logf("tracking numbers judged right: %d of %d; %d that one format refuses fit another", right, len(all), elsewhere)
}
