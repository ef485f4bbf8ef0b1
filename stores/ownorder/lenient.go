package ownorder

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// None of these types fails to be read: what a platform writes wrongly in one place
// must not hide the rest of the order.

// text is a string that may be written as a number or a truth value; anything else
// is none.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		s = string(raw)
		if s == "null" || strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[") {
			s = ""
		}
	}
	*t = text(strings.TrimSpace(s))
	return nil
}

// word is the text as one of an enumeration's: "Out for delivery" is
// "out_for_delivery".
func (t text) word() string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(string(t)))
}

// texts is a list of texts, or one alone.
type texts struct {
	list []string
	// bad is true for what is neither.
	bad bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *texts) UnmarshalJSON(raw []byte) error {
	var list []text
	switch {
	case bytes.HasPrefix(raw, []byte("[")):
		_ = json.Unmarshal(raw, &list) // its elements never fail
	case bytes.HasPrefix(raw, []byte(`"`)):
		var one text
		_ = one.UnmarshalJSON(raw) // it never fails
		list = []text{one}
	default:
		*t = texts{bad: string(raw) != "null"}
		return nil
	}
	*t = texts{}
	for _, s := range list {
		if s != "" {
			t.list = append(t.list, string(s))
		}
	}
	return nil
}

// count is a number of things, which may be written as a string or with a fraction.
type count struct {
	n    int
	said bool
}

// maxCount is more than anybody orders of one thing.
const maxCount = 1_000_000

// UnmarshalJSON implements json.Unmarshaler.
func (c *count) UnmarshalJSON(raw []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(raw), `" `), 64)
	if err == nil && f >= 0 && f <= maxCount {
		*c = count{int(f), true}
	}
	return nil
}

// flag is a truth value, which may be written as a string or a number.
type flag struct{ value, said bool }

// UnmarshalJSON implements json.Unmarshaler.
func (f *flag) UnmarshalJSON(raw []byte) error {
	switch strings.ToLower(strings.Trim(string(raw), `" `)) {
	case "true", "1", "t", "yes":
		*f = flag{true, true}
	case "false", "0", "f", "no":
		*f = flag{false, true}
	}
	return nil
}

// moment is a time as RFC 3339 writes it, or nearly. Without a zone it is UTC; a day
// alone is its noon in UTC, which is that day in nearly every zone.
type moment struct{ time.Time }

// layouts are RFC 3339, how PHP and PostgreSQL's text differ from it, and both
// without a zone. Fractions of seconds are read in all of them.
func layouts() []string {
	return []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z07", "2006-01-02T15:04:05", time.DateTime}
}

// UnmarshalJSON implements json.Unmarshaler. What is no time is none.
func (m *moment) UnmarshalJSON(raw []byte) error {
	var s text
	_ = s.UnmarshalJSON(raw) // it never fails
	for _, layout := range layouts() {
		if at, err := time.Parse(layout, string(s)); err == nil {
			m.Time = at.UTC()
			return nil
		}
	}
	if day, err := time.Parse(time.DateOnly, string(s)); err == nil {
		m.Time = day.Add(12 * time.Hour)
	}
	return nil
}

// part reads a list of objects, at most limit of them. It is not ok if the list is
// missing, longer, or no list of objects; null is an empty one, and a null in it is
// nothing. A column of type text may hold the JSON as a string.
func part[T any](raw json.RawMessage, limit int) (list []T, ok bool) {
	var quoted string
	if bytes.HasPrefix(raw, []byte(`"`)) && json.Unmarshal(raw, &quoted) == nil {
		raw = json.RawMessage(quoted)
	}
	var all []*T
	if len(raw) == 0 || json.Unmarshal(raw, &all) != nil {
		return nil, false
	}
	for _, v := range all {
		if v != nil {
			list = append(list, *v)
		}
	}
	if len(list) > limit {
		return list[:limit], false
	}
	return list, true
}
