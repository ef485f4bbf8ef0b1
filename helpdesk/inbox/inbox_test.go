package inbox_test

import (
	"strings"
	"testing"
	"time"

	"wismo/core/conversation"
	"wismo/core/handoff"
	"wismo/core/journal"
	"wismo/core/message"
	"wismo/helpdesk/inbox"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func ticket() journal.HandOff {
	return journal.HandOff{
		State: journal.HandOffOpen,
		Ticket: handoff.Ticket{
			ID: 7, Shop: "acme", Channel: message.SMS, CreatedAt: noon.Add(-3 * time.Hour),
			Customer: message.Address{Channel: message.SMS, Value: "+14155550102"},
			Ours:     message.Address{Channel: message.SMS, Value: "+14155550100"},
			Case: handoff.Case{
				Reason: handoff.DeliveredNotReceived, Priority: handoff.High, Detail: "The carrier says delivered.", Ref: "1002", Verified: "sender",
				Order: []handoff.Fact{{Name: "order", Value: "#1002"}, {Name: "parcel 1", Value: "delivered"}},
			},
			Transcript: []conversation.Line{
				{Direction: message.In, Text: "not here\x1b[2J\u202eevil", At: noon, Attachments: []message.Attachment{{Type: "image/jpeg", Size: 5}}},
				{Direction: message.Out, Author: message.Bot, Text: "I'm sorry", At: noon, Status: message.Failed},
			},
		},
	}
}

func TestOpenGivesTheHandOffsOwnID(t *testing.T) {
	t.Parallel()
	for range 2 {
		id, err := inbox.Desk{}.Open(t.Context(), ticket().Ticket)
		if err != nil || id != "7" {
			t.Fatalf("id %q, error %v", id, err)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := inbox.List(&b, []journal.HandOff{ticket()}, noon); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"7", "delivered_not_received", "high", "+14155550102", "1002", "3h"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := inbox.List(&b, nil, noon); err != nil || b.String() != "no tickets\n" {
		t.Errorf("empty list: %q, %v", b.String(), err)
	}
}

func TestShow(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := inbox.Show(&b, ticket(), time.UTC); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{"Ticket 7: Delivered but not received: order 1002 (sms)", "yes, by sender", "#1002", "not here", "I'm sorry  [failed]", "image/jpeg"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.ContainsAny(text, "\x1b\u202e") {
		t.Errorf("control characters reach the terminal: %q", text)
	}
}
