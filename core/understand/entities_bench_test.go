package understand

import (
	"fmt"
	"strings"
	"testing"

	"wismo/core/shop"
)

func benchHint() Hint { return Hint{Format: shop.Defaults().Orders, Region: "US"} }

func BenchmarkEntities(b *testing.B) {
	for name, text := range map[string]string{
		"none":     "Hello, could you please tell me when my parcel will come? Thanks",
		"order":    "Hi, where is my order #1001? I paid $84.20 on 12/11/2026",
		"german":   "Wo bleibt meine Bestellung Nr. 10455? Ich warte seit 14 Tagen!",
		"phone":    "order 1001 please, you can call me on 415-555-0132 after 5pm",
		"abroad":   "order 1001 please, you can call me on +49 30 23125 456 after 5",
		"email":    "my order is 1001 and my email is ana@example.com, where is it",
		"tracking": "tracking says 1ZX90W720310024718 but nothing came, order 1001",
		"digits":   "1001",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				entities(text, benchHint())
			}
		})
	}
}

// BenchmarkHostile holds texts that would show more than linear time.
func BenchmarkHostile(b *testing.B) {
	for _, unit := range []string{"1 ", "1-", "(", "a@", "order ", "1001, ", "A1 ", "0 0123 ", "@ ", "x.", "1,1.", " at a dot b ", "nummer "} {
		for _, n := range []int{1, 4} {
			text := strings.Repeat(unit, n*8000/len(unit))
			b.Run(fmt.Sprintf("%q-%dk", unit, len(text)/1000), func(b *testing.B) {
				for b.Loop() {
					entities(text, benchHint())
				}
			})
		}
	}
}

// TestAllocations holds what a usual message may cost. It cannot run beside
// other tests, whose allocations would be counted.
func TestAllocations(t *testing.T) {
	for name, text := range map[string]string{
		"no number":      "Hello, could you please tell me when my parcel will come? Thanks",
		"order":          "Hi, where is my order #1001? I paid $84.20 on 12/11/2026",
		"order, German":  "Wo bleibt meine Bestellung Nr. 10455? Ich warte seit 14 Tagen!",
		"order, phone":   "order 1001 please, you can call me on 415-555-0132 after 5pm",
		"phone, abroad":  "order 1001 please, you can call me on +49 30 23125 456 after 5",
		"order, e-mail":  "my order is 1001 and my email is ana@example.com, where is it",
		"order, parcel":  "tracking says 1ZX90W720310024718 but nothing came, order 1001",
		"with an accent": "Où est ma commande n° 10455 ? J'attends depuis 14 jours déjà",
	} {
		if n := testing.AllocsPerRun(100, func() { entities(text, benchHint()) }); n > 10 {
			t.Errorf("%s: %v allocations, want 10 at most", name, n)
		}
	}
}
