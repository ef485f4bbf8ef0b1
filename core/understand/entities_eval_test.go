package understand_test

import (
	"os"
	"strings"
	"testing"

	"wismo/core/understand/evalset"
)

// cases loads the entity test set.
func cases(tb testing.TB) []evalset.Case {
	tb.Helper()
	f, err := os.Open("testdata/entities.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	cs, err := evalset.Load(f)
	if err != nil {
		tb.Fatal(err)
	}
	return cs
}

func TestEntityFigures(t *testing.T) {
	t.Parallel()
	byLanguage := map[string][]evalset.Case{}
	all := cases(t)
	for _, c := range all {
		lang, _, _ := strings.Cut(c.ID, "-")
		byLanguage[lang] = append(byLanguage[lang], c)
	}
	for lang, cs := range byLanguage {
		f := evalset.Entities(cs, mind(t))
		if f.Share(f.Order) < .95 {
			t.Errorf("%s: order numbers exact in %.3f, want .95", lang, f.Share(f.Order))
		}
		t.Logf("%s: %3d cases, order exact %.3f, all exact %.3f", lang, f.Cases, f.Share(f.Order), f.Share(f.All))
	}
	f := evalset.Entities(all, mind(t))
	t.Logf("all: %d cases; exact: order %.3f, phone %.3f, e-mail %.3f, tracking %.3f, all %.3f; confused %d",
		f.Cases, f.Share(f.Order), f.Share(f.Phone), f.Share(f.Email), f.Share(f.Tracking), f.Share(f.All), f.Confused)
	for _, m := range f.Wrong {
		t.Logf("%s %q (%s, %s, %s): want %v %v %v %v, got %v", m.Case.ID, m.Case.Text, m.Case.Shop, m.Case.Region, m.Case.Awaiting,
			m.Case.Order, m.Case.Phone, m.Case.Email, m.Case.Tracking, m.Got)
	}
	if f.Cases < 400 {
		t.Errorf("%d cases, want 400 or more", f.Cases)
	}
	if f.Confused != 0 {
		t.Errorf("%d phone or tracking numbers were taken for order numbers", f.Confused)
	}
	for kind, n := range map[string]int{"order numbers": f.Order, "phones": f.Phone, "addresses": f.Email, "tracking numbers": f.Tracking} {
		if f.Share(n) < .97 {
			t.Errorf("%s exact in %.3f, want .97", kind, f.Share(n))
		}
	}
}
