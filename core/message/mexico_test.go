package message_test

import (
	"testing"

	"wismo/core/message"
)

// WhatsApp writes Mexican mobiles with a 1 that numbering plans have dropped
// (chatwoot issues 5840 and 13986). Such a sender must stay a phone.
func TestOldMexicanMobile(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"+5215555550100": "+5215555550100", "+52 1 55 5555 0100": "+5215555550100", "+525555550100": "+525555550100",
		"+52155555501": "", "+52255555501000": "", "+521555555010000": "",
	} {
		got, ok := message.CanonicalPhone(raw, "US")
		if got != want || ok != (want != "") {
			t.Errorf("CanonicalPhone(%s) = %q, %v, want %q", raw, got, ok, want)
		}
	}
	if !message.SamePhone("+5215555550100", "+525555550100") {
		t.Error("the two spellings are not one number")
	}
}
