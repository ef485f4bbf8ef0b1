package evalset_test

import (
	"strings"
	"testing"

	"wismo/core/understand"
	"wismo/core/understand/evalset"
)

// parrot finds the same in every text.
type parrot []understand.Entity

func (p parrot) Understand(string, understand.Hint) understand.Understanding {
	return understand.Understanding{Entities: p}
}

func load(t *testing.T, lines string) []evalset.Case {
	t.Helper()
	cs, err := evalset.Load(strings.NewReader(lines))
	if err != nil {
		t.Fatal(err)
	}
	return cs
}

func TestLoad(t *testing.T) {
	t.Parallel()
	cs := load(t, `{"id":"en-001","text":"1001","shop":"abc","region":"US","awaiting":"order_number","order":["1001"]}`+"\n")
	if len(cs) != 1 || cs[0].ID != "en-001" || cs[0].Order[0] != "1001" {
		t.Fatalf("got %+v", cs)
	}
	if h := cs[0].Hint(); h.Format.Prefix != "ABC-" || h.Region != "US" || h.Awaiting != understand.OrderNumber {
		t.Errorf("hint %+v", h)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{"broken JSON": "{", "an unknown shop": `{"id":"x","shop":"nowhere"}`, "a line too long": strings.Repeat(" ", 1<<17)} {
		if _, err := evalset.Load(strings.NewReader(line)); err == nil {
			t.Errorf("%s was loaded", name)
		}
	}
}

func TestEntities(t *testing.T) {
	t.Parallel()
	const line = `{"id":"en-001","text":"x","shop":"default","order":["1001"],"phone":["+14155550101"],"tracking":["1ZX90W720310024718"]}`
	order := understand.Entity{Type: understand.OrderNumber, Value: "1001"}
	phone := understand.Entity{Type: understand.Phone, Value: "+14155550101"}
	parcel := understand.Entity{Type: understand.TrackingNumber, Value: "1ZX90W720310024718"}
	for _, tt := range []struct {
		name                 string
		got                  parrot
		order, all, confused int
	}{
		{"exact", parrot{order, phone, parcel}, 1, 1, 0},
		{"twice the same", parrot{order, order, phone, parcel}, 1, 1, 0},
		{"nothing", nil, 0, 0, 0},
		{"phone missing", parrot{order, parcel}, 1, 0, 0},
		{"one too many", parrot{order, {Type: understand.OrderNumber, Value: "77"}, phone, parcel}, 0, 0, 0},
		{"a part of the phone", parrot{order, {Type: understand.OrderNumber, Value: "5550101"}, phone, parcel}, 0, 0, 1},
		{"the national phone", parrot{order, {Type: understand.OrderNumber, Value: "04155550101"}, phone, parcel}, 0, 0, 1},
		{"a part of the tracking number", parrot{order, {Type: understand.OrderNumber, Value: "0310024718"}, phone, parcel}, 0, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := evalset.Entities(load(t, line), tt.got)
			if f.Cases != 1 || f.Order != tt.order || f.All != tt.all || f.Confused != tt.confused || len(f.Wrong) != 1-tt.all {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestShare(t *testing.T) {
	t.Parallel()
	if got := (evalset.Figures{Cases: 4}).Share(3); got != .75 {
		t.Errorf("got %v", got)
	}
	if got := (evalset.Figures{}).Share(0); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
}
