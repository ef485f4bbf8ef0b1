package twilio

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"wismo/core/message"
)

// Bounds of what is kept of a message besides its text.
const (
	maxMedia      = 10      // attachments; Twilio allows ten
	maxExtra      = 48      // further fields
	maxExtraKey   = 64      // bytes of a field's name
	maxExtraValue = 2 << 10 // bytes of a field's value
	maxURL        = 2 << 10 // bytes of a media URL
)

// inbound makes a message of a webhook's form. Its Shop is left to the caller.
// ok is false if it has no id or its addresses cannot be read.
func inbound(form url.Values, at time.Time) (m message.Message, ok bool) {
	from, okFrom := readAddress(repaired(form.Get("From")))
	to, okTo := readAddress(repaired(form.Get("To")))
	m = message.Message{
		Channel: from.Channel, Account: form.Get("AccountSid"), ProviderID: messageSID(form),
		From: from, To: to,
		Text: inboundText(form), Attachments: attachments(form),
		Handled: handled(form.Get("OptOutType")), Extra: extra(form), At: at,
	}
	return m, okFrom && okTo && from.Channel == to.Channel && m.ProviderID != ""
}

// messageSID returns the message's id under whichever of its names it stands,
// empty if it is none.
func messageSID(form url.Values) string {
	for _, key := range []string{"MessageSid", "SmsMessageSid", "SmsSid"} {
		if sid := form.Get(key); len(sid) <= maxAddress && alphanumeric.MatchString(sid) {
			return sid
		}
	}
	return ""
}

// inboundText returns what the customer said: the body, or the words on the
// button or list entry that was tapped where the body is empty.
func inboundText(form url.Values) string {
	for _, key := range []string{"Body", "ButtonText", "ListTitle"} {
		if text := repaired(form.Get(key)); text != "" {
			return bound(text, message.MaxText)
		}
	}
	return ""
}

// handled reads OptOutType, which Twilio sends where it has itself answered
// the keyword (a Messaging Service with Advanced Opt-Out).
func handled(optOutType string) message.Keyword {
	switch k := message.Keyword(strings.ToUpper(optOutType)); k {
	case message.KeywordStop, message.KeywordStart, message.KeywordHelp:
		return k
	default:
		return ""
	}
}

// attachments lists MediaUrl0, MediaUrl1, … . Whether they may be fetched is
// decided when they are.
func attachments(form url.Values) []message.Attachment {
	n, err := strconv.Atoi(form.Get("NumMedia"))
	if err != nil {
		return nil
	}
	var list []message.Attachment
	for i := range min(n, maxMedia) {
		address := repaired(form.Get("MediaUrl" + strconv.Itoa(i)))
		if address == "" || len(address) > maxURL {
			continue
		}
		list = append(list, message.Attachment{
			URL:  address,
			Type: bound(repaired(form.Get("MediaContentType"+strconv.Itoa(i))), maxExtraKey*2),
		})
	}
	return list
}

// extra keeps the fields that are not in the message already, in the order of
// their names until the bound is reached.
func extra(form url.Values) map[string]string {
	keys := make([]string, 0, len(form))
	for key := range form {
		if !known(key) && len(key) <= maxExtraKey && form.Get(key) != "" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	kept := make(map[string]string, min(len(keys), maxExtra))
	for _, key := range keys[:min(len(keys), maxExtra)] {
		kept[repaired(key)] = bound(repaired(strings.Join(form[key], "\n")), maxExtraValue)
	}
	return kept
}

// known reports whether a field has a place of its own in the message.
func known(key string) bool {
	switch key {
	case "MessageSid", "SmsSid", "SmsMessageSid", "SmsStatus", "AccountSid", "From", "To", "Body", "NumMedia", "OptOutType", "ApiVersion":
		return true
	default:
		return strings.HasPrefix(key, "MediaUrl") || strings.HasPrefix(key, "MediaContentType")
	}
}
