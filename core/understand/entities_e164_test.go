package understand

import (
	"math/rand/v2"
	"testing"

	"wismo/core/message"
)

// TestE164 holds that the short way gives what the long one gives.
func TestE164(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for _, region := range [...]string{"AT", "BE", "CH", "DE", "FR", "GB", "NL", "ES", "IT", "PT", "US", "BR"} {
		for _, before := range [...]string{"0", "+31", "+32", "+33", "+34 ", "+351", "+39", "+41", "+43", "+44 ", "+44 (0)", "+49", "+1", "+55", "+800", ""} {
			for range 60 {
				raw := before
				for range 3 + rng.IntN(11) {
					raw += string(rune('0' + rng.IntN(10)))
				}
				want, wantOK := message.CanonicalPhone(raw, region)
				if got, ok := e164(raw, region); got != want || ok != wantOK {
					t.Errorf("%q in %s: %q, %v, want %q, %v", raw, region, got, ok, want, wantOK)
				}
			}
		}
	}
}
