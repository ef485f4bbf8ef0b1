package tracking_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

func TestIdentify(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, number, courier, called, country string }{
		{"UPS", "1ZX90W720310024718", "ups", "UPS", ""},
		{"small letters and blanks", "1zx9 0w72 0310 0247 18", "ups", "UPS", ""},
		{"UPS, wrong check digit", "1ZX90W720310024711", "", "", ""},
		{"Royal Mail", "RN771200344GB", "s10", "Royal Mail", "GB"},
		{"a post few know", "RN771200344WS", "s10", "the postal service", "WS"},
		{"postal, wrong check digit", "RN771200347GB", "", "", ""},
		{"postal, no such country", "RN771200344XX", "", "", ""},
		{"USPS", "9405 5118 9922 0001 2345 51", "usps", "USPS", ""},
		{"USPS with ZIP code", "420941059405511899220001234551", "usps", "USPS", ""},
		{"FedEx", "788100455122", "fedex", "FedEx", ""},
		{"FedEx, digits swapped", "788100455212", "", "", ""},
		{"DPD", "01234000045512N", "dpd", "DPD", ""},
		{"DPD, wrong check letter", "01234000045512M", "", "", ""},
		{"Amazon", "TBA300455120077", "amazon", "Amazon", ""},
		{"zeros", "000000000000", "", "", ""},
		{"an order number", "1001", "", "", ""},
		{"nothing", "", "", "", ""},
		{"not ASCII", "１Ｚ", "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, ok := tracking.Identify(tt.number)
			if ok != (tt.courier != "") || m.Courier != tt.courier || m.Name != tt.called || m.Country != tt.country {
				t.Errorf("got %+v, %v", m, ok)
			}
		})
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	m, _ := tracking.Identify("1zx9 0w72 0310 0247 18")
	if got := m.URL("1zx9 0w72 0310 0247 18"); !strings.HasPrefix(got, "https://") || !strings.HasSuffix(got, "=1ZX90W720310024718") {
		t.Errorf("got %q", got)
	}
	m, _ = tracking.Identify("TBA300455120077")
	if got := m.URL("TBA300455120077"); got != "" {
		t.Errorf("Amazon has no page, got %q", got)
	}
}

// FuzzIdentify holds that nothing breaks it, and that it and All agree.
func FuzzIdentify(f *testing.F) {
	for _, s := range []string{"", "1", "1Z", "1ZX90W720310024718", "GM2951173225174494", "420 941059405511899220001234551", "\xff\x00", "１２３４５６７８９０"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, ok := tracking.Identify(s)
		all := tracking.All(s)
		if ok != (len(all) > 0) {
			t.Fatalf("%q: %v, yet %d fit", s, ok, len(all))
		}
		if ok && !slices.Contains(all, m) {
			t.Fatalf("%q: %+v is none of %+v", s, m, all)
		}
	})
}

func BenchmarkIdentify(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		tracking.Identify("1ZX90W720310024718")
	}
}
