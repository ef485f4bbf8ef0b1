package twilio

import (
	"strings"
	"unicode/utf8"

	"wismo/core/message"
)

// whatsAppPrefix marks addresses of WhatsApp; those of SMS have no prefix.
const whatsAppPrefix = "whatsapp:"

// maxAddress bounds, in bytes, a sender that is no phone number.
const maxAddress = 64

// readAddress reads From or To. The prefix says the channel; ok is false for
// an address that is empty, unprintable or of a channel we do not speak.
func readAddress(raw string) (a message.Address, ok bool) {
	a = message.Address{Channel: message.SMS, Value: raw}
	if rest, found := strings.CutPrefix(raw, whatsAppPrefix); found {
		a = message.Address{Channel: message.WhatsApp, Value: rest}
	}
	if !strings.HasPrefix(a.Value, "+") {
		return a, printable(a.Value) && !strings.Contains(a.Value, ":")
	}
	if e164, phone := message.CanonicalPhone(a.Value, ""); phone {
		a.Value = e164
		return a, true
	}
	// Not a phone after all: without the sign that would make it look like one.
	a.Value = strings.TrimLeft(a.Value, "+")
	return a, printable(a.Value)
}

// printable accepts what can stand for a sender: visible ASCII and inner
// spaces (an alphanumeric sender id), bounded.
func printable(s string) bool {
	if s == "" || len(s) > maxAddress || strings.TrimSpace(s) != s {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// wireAddress writes an address as Twilio takes it.
func wireAddress(a message.Address) string {
	if a.Channel == message.WhatsApp {
		return whatsAppPrefix + a.Value
	}
	return a.Value
}

// repaired returns s as text that every database keeps: UTF-8, without NUL.
func repaired(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// bound cuts s to at most n bytes at the end of a character.
func bound(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
