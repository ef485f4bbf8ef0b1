package twilio_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"wismo/channels/twilio"
	"wismo/core/message"
)

func TestOurOwnNumbersAreNotAnswered(t *testing.T) {
	t.Parallel()
	for name, pairs := range map[string][]string{
		"another number of ours":   {"From", ourPool},
		"the number itself":        {"From", ourSMS},
		"our short code":           {"From", ourShort},
		"the same one by WhatsApp": {"From", "whatsapp:" + ourSMS, "To", "whatsapp:" + ourSMS},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if status := r.signed(t, messagePath, inboundForm(pairs...)); status != http.StatusOK {
				t.Errorf("answered %d", status)
			}
			if n := len(r.inbox.Messages()); n != 0 || r.count(twilio.Ignored) != 1 {
				t.Errorf("%d written down", n)
			}
		})
	}
}

func TestTheSweepLeavesOutOurOwnNumbers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.twilio.Take(ourPool, ourSMS, "I am a bot")
	r.twilio.Take(customer, ourSMS, "where is 1001")
	var got []string
	err := r.Received(t.Context(), time.Now().Add(-time.Hour), func(_ context.Context, m message.Message) error {
		got = append(got, m.Text)
		return nil
	})
	if err != nil || len(got) != 1 || got[0] != "where is 1001" {
		t.Errorf("found %q, %v", got, err)
	}
}
