package history

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"wismo/core/backtest"
	"wismo/core/message"
)

// column is what a field of a table means.
type column int

const (
	colID column = iota
	colTime
	colAuthor
	colText
	colCustomer
	colChannel
	columns
)

// names are the headers under which each column is found, the likeliest first.
func names(c column) []string {
	switch c {
	case colID:
		return []string{"conversation_id", "conversation", "ticket_id", "ticket", "thread_id", "thread", "chat_id", "chat", "case_id", "session_id", "convo_id", "id"}
	case colTime:
		return []string{"time", "timestamp", "date", "datetime", "created_at", "sent_at", "created", "sent", "at"}
	case colAuthor:
		return []string{"author", "author_type", "role", "sender", "sender_type", "from_type", "direction", "speaker", "who", "by"}
	case colText:
		return []string{"text", "body", "message", "content", "body_text", "comment", "utterance"}
	case colCustomer:
		return []string{"customer", "customer_email", "customer_phone", "email", "phone", "contact", "requester"}
	case colChannel:
		return []string{"channel", "via", "medium"}
	default:
		return nil
	}
}

// plain makes "Conversation ID" and "conversation_id" one.
func plain(header string) string {
	header = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(header, "\ufeff")))
	return strings.NewReplacer(" ", "_", "-", "_", ".", "_").Replace(header)
}

// layout says under which header each column stands, "" if under none.
type layout [columns]string

// layoutOf finds the columns among the headers.
func layoutOf(headers []string) (layout, error) {
	var l layout
	for c := range columns {
		for _, n := range names(c) {
			if slices.Contains(headers, n) {
				l[c] = n
				break
			}
		}
	}
	for _, c := range []column{colID, colAuthor, colText} {
		if l[c] == "" {
			return l, fmt.Errorf("no column is named %s", strings.Join(names(c), ", or "))
		}
	}
	return l, nil
}

// table gathers rows into conversations.
type table struct {
	region string
	found  Found
	at     map[string]int
}

func newTable(region string) *table { return &table{region: region, at: map[string]int{}} }

// add takes one row. What is wrong with it is noted, and the row left out.
func (t *table) add(where string, fields [columns]string) {
	id := strings.TrimSpace(fields[colID])
	if id == "" {
		t.wrong(where, "it names no conversation")
		return
	}
	who, ok := authorOf(fields[colAuthor])
	if !ok {
		t.wrong(where, "its author is neither customer (or user, client, visitor, contact, inbound …) nor agent (or support, staff, bot, outbound …)")
		return
	}
	if who == nobody {
		return
	}
	at, ok := timeOf(fields[colTime])
	if !ok {
		t.wrong(where, "its time is not like 2026-11-23T09:30:00Z, 2026-11-23 09:30 or seconds since 1970")
		return
	}
	i, known := t.at[id]
	if !known {
		i = len(t.found.Conversations)
		t.at[id] = i
		t.found.Conversations = append(t.found.Conversations, backtest.Conversation{Channel: channelOf(fields[colChannel])})
	}
	c := &t.found.Conversations[i]
	if who == customer && c.Customer.Value == "" {
		if raw := strings.TrimSpace(fields[colCustomer]); raw != "" {
			c.Customer = addressOf(raw, t.region, c.Channel)
		}
	}
	c.Lines = append(c.Lines, backtest.Line{At: at, Customer: who == customer, Text: fields[colText]})
}

func (t *table) wrong(where, what string) {
	t.found.Problems = append(t.found.Problems, Problem{where, what})
}

// done returns all that was read.
func (t *table) done() (Found, error) {
	if len(t.found.Conversations) == 0 && len(t.found.Problems) == 0 {
		return t.found, errEmpty
	}
	return t.found, nil
}

// author is who wrote a line.
type author int

const (
	nobody author = iota // a note of the system
	customer
	agent
)

func authorOf(raw string) (author, bool) {
	switch plain(raw) {
	case "customer", "user", "client", "visitor", "contact", "consumer", "buyer", "guest", "requester", "end_user", "enduser", "lead", "in", "inbound", "incoming", "received", "customer_message":
		return customer, true
	case "agent", "bot", "admin", "operator", "support", "staff", "shop", "store", "assistant", "employee", "merchant", "teammate", "out", "outbound", "outgoing", "sent":
		return agent, true
	case "system", "action", "event", "note", "internal", "internal_note", "workflow":
		return nobody, true
	default:
		return nobody, false
	}
}

// channelOf is a conversation's channel; a chat of another kind is most like
// WhatsApp, where no carrier listens to keywords.
func channelOf(raw string) message.Channel {
	switch plain(raw) {
	case "sms", "text", "text_message":
		return message.SMS
	case "email", "e_mail", "mail":
		return message.Email
	default:
		return message.WhatsApp
	}
}

// timeOf reads a time; none is no mistake.
func timeOf(raw string) (time.Time, bool) {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return time.Time{}, true
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05 Z0700", "2006-01-02 15:04:05 MST", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02", time.RFC1123Z, time.RFC1123} {
		if t, err := time.Parse(form, raw); err == nil {
			return t, true
		}
	}
	n, err := strconv.ParseFloat(raw, 64)
	const milliseconds = 1e11 // in seconds, the year 5138
	switch {
	case err != nil || n < 1e8 || n > 1e14:
		return time.Time{}, false
	case n >= milliseconds:
		return time.UnixMilli(int64(n)).UTC(), true
	default:
		return time.Unix(int64(n), 0).UTC(), true
	}
}
