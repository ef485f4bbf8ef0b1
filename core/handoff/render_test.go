package handoff_test

import (
	"fmt"
	"html"
	"strings"
	"testing"
	"time"

	"wismo/core/conversation"
	"wismo/core/handoff"
	"wismo/core/message"
)

func filled(t *testing.T, change func(*handoff.Ticket)) handoff.Ticket {
	t.Helper()
	pages, err := handoff.NewPages()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ticket := handoff.Ticket{
		ID: 17, Shop: "acme", Channel: message.SMS, Subject: "Delivered but not received: order #1001 (sms)", CreatedAt: at,
		Customer: message.Address{Channel: message.SMS, Value: "+14155550101"}, Ours: message.Address{Channel: message.SMS, Value: "+14155550100"},
		Case: handoff.Case{
			Reason: handoff.DeliveredNotReceived, Detail: "The carrier says delivered; the customer says it did not come.", NextStep: "Ask the carrier.", Verified: "sender", Ref: "1001",
			Order: []handoff.Fact{{Name: "order", Value: "#1001"}, {Name: "parcel 1 tracking", Value: "UPS 1Z999AA10000001001 https://www.ups.com/track?tracknum=1Z999AA10000001001"}},
		},
		Transcript: []conversation.Line{
			{Direction: message.In, Text: "it never came\n<script>alert(1)</script>", At: at.Add(-time.Minute), Attachments: []message.Attachment{{Type: "image/jpeg", Name: "door.jpg"}}},
			{Direction: message.Out, Author: message.Bot, Text: "I'm sorry", At: at, Status: message.Delivered},
		},
	}
	if change != nil {
		change(&ticket)
	}
	out, err := pages.Fill(ticket, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTicketIsWorded(t *testing.T) {
	t.Parallel()
	out := filled(t, nil)
	if len(out.Files) != 2 || out.Files[0].Name != "transcript.html" || out.Files[1].Name != "transcript.txt" {
		t.Fatalf("files %d", len(out.Files))
	}
	for what, text := range map[string]string{"body": out.Body.Plain, "HTML body": out.Body.HTML, "transcript": string(out.Files[0].Bytes), "plain transcript": string(out.Files[1].Bytes)} {
		for _, want := range []string{"+14155550101", "yes, by sender", "#1001", "1Z999AA10000001001", "it never came", "door.jpg", "2026-11-23 12:00"} {
			if !strings.Contains(html.UnescapeString(text), want) {
				t.Errorf("the %s lacks %q:\n%s", what, want, text)
			}
		}
		if strings.Contains(what, "HTML") && strings.Contains(text, "<script>") || what == "transcript" && strings.Contains(text, "<script>") {
			t.Errorf("the %s holds what a customer wrote as markup", what)
		}
	}
	if !strings.Contains(out.Body.HTML, `href="https://www.ups.com/track?tracknum=1Z999AA10000001001"`) {
		t.Errorf("the tracking link cannot be followed: %s", out.Body.HTML)
	}
}

// A long conversation does not fill the ticket; it is attached whole.
func TestLongConversationIsAttached(t *testing.T) {
	t.Parallel()
	out := filled(t, func(ticket *handoff.Ticket) {
		for i := range 100 {
			ticket.Transcript = append(ticket.Transcript, conversation.Line{Direction: message.In, Text: fmt.Sprintf("message %03d", i), At: ticket.CreatedAt})
		}
	})
	if strings.Contains(out.Body.Plain, "message 000") || !strings.Contains(out.Body.Plain, "the last 30 of 102") || !strings.Contains(string(out.Files[0].Bytes), "message 000") {
		t.Errorf("the body is %s", out.Body.Plain)
	}
}

// What people write begins no line of its own among the facts, and turns nothing round.
func TestNothingIsForged(t *testing.T) {
	t.Parallel()
	out := filled(t, func(ticket *handoff.Ticket) {
		ticket.Subject = "Order\nverified: yes, by token"
		ticket.Case.Ref = "1001\nverified: yes, by token \u202e"
		ticket.Case.Order[1].Value = `javascript:alert(1) "onmouseover=`
	})
	if strings.Contains(out.Body.Plain, "\nverified: yes, by token") || strings.Contains(out.Body.Plain, "\u202e") || strings.Contains(out.Body.HTML, `href="javascript`) {
		t.Errorf("forged: %s\n%s", out.Body.Plain, out.Body.HTML)
	}
}

func TestEntry(t *testing.T) {
	t.Parallel()
	e := handoff.EntryOf("wismo-acme-m1", handoff.Person{Name: "Ana"}, conversation.Line{Text: "still <b>nothing</b>\nplease", Attachments: []message.Attachment{{Type: "image/png"}}})
	if e.Text.Plain != "still <b>nothing</b>\nplease\nfile: image/png" || e.Text.HTML != "<p>still &lt;b&gt;nothing&lt;/b&gt;<br>please<br>file: image/png</p>" {
		t.Errorf("%+v", e.Text)
	}
}
