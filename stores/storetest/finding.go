package storetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/order"
	"wismo/core/shop"
	"wismo/stores/sandbox"
)

func spellings(t *testing.T, open Open) {
	o := standard()
	code := o.Samples[0].Confirmation
	r := open(t, o)
	spelt := []string{"1001", "#1001", " 1001", "# 1001", "10 01"}
	if r.tells(Confirmation) {
		spelt = append(spelt, code, strings.ToLower(code), "#"+code)
	}
	for _, ref := range spelt {
		if strings.HasPrefix(ref, " ") {
			continue // callers hand in what is cleaned of the spaces around it
		}
		expect(t, r, ref, "#1001")
	}
	// The beginning of a confirmation number is none, and "#" alone is no order.
	for _, ref := range []string{code[:6], "#", "# ", "#  #", "1001#", "0001001", "100", "10011"} {
		expectNone(t, r, ref)
	}
}

func formats(t *testing.T, open Open) {
	for _, tt := range []struct {
		prefix, suffix, name string
		found, none          []string
	}{
		{"#", "", "#1001", []string{"1001", "#1001"}, []string{"EN1001", "1001-A"}},
		{"EN", "-A", "EN1001-A", []string{"1001", "#1001", "EN1001-A", "en1001-a", "EN 1001 - A", "EN1001", "1001-a", "#EN1001-A"}, []string{"1001-B", "NE1001-A", "EN1001-AA"}},
		{"", "-US", "1001-US", []string{"1001", "1001-us", "#1001-US"}, []string{"1001-UK"}},
		{"#SO-", "", "#SO-1001", []string{"1001", "so-1001", "SO-1001", "#so-1001"}, []string{"S0-1001"}},
		{"Order ", " B", "Order 1001 B", []string{"1001", "order 1001 b", "Order1001B"}, []string{"1001 C"}},
		{"", "", "1001", []string{"1001", "#1001"}, []string{"1002"}},
		// A name from before the shop changed its format stays findable as typed.
		{"EN", "", "#1001", []string{"#1001"}, nil},
	} {
		t.Run(tt.name+" as "+tt.prefix+"…"+tt.suffix, func(t *testing.T) {
			t.Parallel()
			o := standard()
			o.Format.Prefix, o.Format.Suffix = tt.prefix, tt.suffix
			o.Samples = []sandbox.Sample{named(tt.name, 1, time.Hour), named("ZZ9999", 2, 0)}
			r := open(t, o)
			for _, ref := range tt.found {
				expect(t, r, ref, tt.name)
			}
			for _, ref := range tt.none {
				expectNone(t, r, ref)
			}
		})
	}
}

func lookAlikes(t *testing.T, open Open) {
	r := open(t, standard())
	expect(t, r, "1010", "#1010")
	expect(t, r, "#10100", "#10100")
	expectNone(t, r, "101")
	expectNone(t, r, "101000")
}

func twice(t *testing.T, open Open) {
	got := find(t, open(t, standard()), "1017")
	if !slices.Equal(names(got), []string{"#1017", "#1017"}) {
		t.Fatalf("Find = %v, want both", names(got))
	}
	if got[0].ID == got[1].ID || got[0].Contacts.Emails[0] == got[1].Contacts.Emails[0] {
		t.Error("one order was told twice")
	}
}

// Two orders of one name may be far apart in a search that finds near names as
// well: whoever owns the older one must not be told that it does not exist.
func twiceAmongMany(t *testing.T, open Open) {
	o := standard()
	o.Samples = []sandbox.Sample{named("#1017", 1, 1000*time.Hour), named("#1017", 2, 0)}
	for i := range 6 {
		o.Samples = append(o.Samples, named(fmt.Sprintf("#1017%d", i), 10+i, time.Duration(i+1)*time.Hour))
	}
	expect(t, open(t, o), "1017", "#1017", "#1017")
}

func noSuchOrder(t *testing.T, open Open) {
	r := open(t, standard())
	expectNone(t, r, "9999")
	expectNone(t, r, "NOSUCHNUMBER")
	empty := standard()
	empty.Samples = []sandbox.Sample{}
	expectNone(t, open(t, empty), "1001")
}

// hostile holds that what can be no order number is none, and is not even asked
// for.
func hostile(t *testing.T, open Open) {
	r := open(t, standard())
	for _, ref := range []string{
		"", " ", "#", "##1001", strings.Repeat("1", 10_000), strings.Repeat("1001 ", 2000),
		`1001" OR name:"#1002`, `"1001"`, `1001\`, `1001') OR 1=1 --`, "1001; DROP TABLE orders", "*", "name:*", "10*1",
		`1001"}) { nodes { email } } #`, "{__schema{types{name}}}", "$query", "<script>", "1001\nX-Header: 1", "1001\x00", "\xff\xfe",
		"١٠٠١", "１００１", "1001\u200b", "№1001", "😀", "../admin", "%231001", "-1001",
	} {
		expectNone(t, r, ref)
	}
	if n := r.Requests(); n != 0 {
		t.Errorf("%d requests were made for what can be no order number", n)
	}
}

func troubles(t *testing.T, open Open) {
	for trouble, want := range map[Trouble]fault.Kind{
		Silence: fault.Unavailable, Broken: fault.Unavailable, Limited: fault.Unavailable, Garbage: fault.Unavailable, Revoked: fault.Denied,
	} {
		t.Run(string(trouble), func(t *testing.T) {
			t.Parallel()
			o := standard()
			o.Budget = 500 * time.Millisecond
			r := open(t, o)
			expect(t, r, "1001", "#1001")
			r.Trouble(trouble)
			start := time.Now()
			got, err := r.Store.Find(t.Context(), order.Ref{Text: "1001"})
			if fault.KindOf(err) != want || len(got) > 0 {
				t.Errorf("Find = %v, %v, want %v", names(got), err, want)
			}
			if took := time.Since(start); took > o.Budget+2*time.Second {
				t.Errorf("Find took %v, its budget is %v", took, o.Budget)
			}
			for _, personal := range []string{"1001", "ana", "example.com", "555", "http", "shpat"} {
				if err != nil && strings.Contains(strings.ToLower(err.Error()), personal) {
					t.Errorf("the error tells %q: %v", personal, err)
				}
			}
		})
	}
}

func manyAtOnce(t *testing.T, open Open) {
	r := open(t, standard())
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			ref := fmt.Sprint(1001 + i%5)
			got, err := r.Store.Find(t.Context(), order.Ref{Text: ref})
			if err != nil || len(got) != 1 || got[0].Name != "#"+ref {
				t.Errorf("Find(%s) = %v, %v", ref, names(got), err)
			}
		})
	}
	wg.Wait()
}

// contactless holds that an order without any contact is told as one whose
// contacts may be hidden.
func contactless(t *testing.T, open Open) {
	o := standard()
	o.Format = shop.Defaults().Orders
	bare := named("#1001", 1, time.Hour)
	bare.Email = ""
	o.Samples = []sandbox.Sample{bare}
	if c := find(t, open(t, o), "1001")[0].Contacts; !c.Hidden || len(c.Emails)+len(c.Phones) > 0 {
		t.Error("an order without contacts does not say so")
	}
}
