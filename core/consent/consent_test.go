package consent_test

import (
	"testing"

	"wismo/core/consent"
	"wismo/core/message"
)

func TestOf(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text    string
		handled message.Keyword
		want    consent.Wish
	}{
		{"STOP", "", consent.StopWord},
		{" stop. ", "", consent.StopWord},
		{"Stop all", "", consent.StopWord},
		{"unsubscribe", "", consent.StopWord},
		{"END", "", consent.StopWord},
		{"quit", "", consent.StopWord},
		{"CANCEL", "", consent.CancelWord},
		{"cancel", message.KeywordStop, consent.CancelWord},
		{"please cancel my order", "", consent.Nothing},
		{"STOP PLEASE texting me", "", consent.StopAsked},
		{"please stop texting me", "", consent.StopAsked},
		{"don't text me again", "", consent.StopAsked},
		{"no more messages", "", consent.StopAsked},
		{"remove me from your list", "", consent.StopAsked},
		{"START", "", consent.StartWord},
		{"unstop", "", consent.StartWord},
		{"yes", "", consent.YesWord},
		{"yes please", "", consent.Nothing},
		{"HELP", "", consent.HelpWord},
		{"help me with order 1001", "", consent.Nothing},
		{"whatever", message.KeywordStop, consent.StopWord},
		{"whatever", message.KeywordStart, consent.StartWord},
		{"the bus stop is where they left it", "", consent.Nothing},
		{"can you stop the delivery", "", consent.Nothing},
		{"", "", consent.Nothing},
	}
	for _, c := range cases {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			if got := consent.Of(c.text, c.handled); got != c.want {
				t.Errorf("%q: wish %d, want %d", c.text, got, c.want)
			}
		})
	}
}
